import { isObject } from '../domain/is-object.ts'
import { limits } from '../domain/limits.ts'
import type { Client } from '../operations/request.ts'
import type { Tried } from '../operations/services.ts'
import { receiveFile } from './multipart.ts'

/** The form that would be uploaded: with a small file where nothing is known of it. */
function formOf(body: unknown): FormData {
  const form = new FormData()
  const { name = 'file', bytes, text } = isObject(body) ? body : { bytes: 1 }
  // One byte too much is as good as many.
  const size =
    typeof bytes === 'number' ? Math.min(Math.max(bytes, 0), limits.fileBytes.value + 1) : undefined
  const content = typeof text === 'string' ? text : size === undefined ? undefined : Buffer.alloc(size, 0x20)
  if (content !== undefined) form.append('file', new File([content], String(name)))
  return form
}

/** The client of a call that is tried: with headers and an upload as whoever asks describes them. */
export const rehearsedClient = (asking: Client, headers: Tried['headers'], body: unknown): Client => ({
  get address() {
    return asking.address
  },
  get signal() {
    return asking.signal
  },
  header: (name) => headers.get(name.toLowerCase()) ?? null,
  receiveFile: (store) =>
    receiveFile(new Request('http://127.0.0.1/', { method: 'POST', body: formOf(body) }), store),
})
