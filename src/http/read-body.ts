import { bodyBroken, notUtf8 } from '../domain/body-failures.ts'
import { Failure } from '../domain/failure.ts'
import { tooLarge } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { watched } from './waiting-bodies.ts'

/** Largest request body. */
const bodyLimit = limits.bodyBytes.value

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bodies that announce no more than this are read at once, others as a stream. */
const small = 16 * 1024

/** Reads a body as UTF-8 text, whatever its `Content-Type`. Fails over 1 MiB, on other bytes and on slow ones. */
export async function readBody(request: Request): Promise<string> {
  if (!request.body) return ''
  const header = request.headers.get('content-length')
  const length = header === null ? Number.POSITIVE_INFINITY : Number(header)
  if (header !== null && length > bodyLimit) throw tooLarge()
  try {
    return textOf(
      await (length <= small
        ? readAtOnce(request, length)
        : readChunks(request.body, header === null ? 0 : length)),
    )
  } catch (error) {
    if (error instanceof Failure) throw error
    // The client hung up: nobody reads the response, and it is no fault of the server.
    throw bodyBroken()
  }
}

const readAtOnce = (request: Request, length: number): Promise<Uint8Array> =>
  watched(({ holds }) => {
    holds(length)
    return request.bytes()
  })

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw notUtf8()
  }
}

/**
 * What was announced takes its space before it comes: what is refused for others has then hardly begun. Of what was not,
 * more than a small body counts as the largest: Bun takes in the rest faster than it is read here.
 */
function readChunks(body: ReadableStream<Uint8Array>, announced: number): Promise<Uint8Array> {
  const reader = body.getReader()
  return watched(
    async ({ came, holds }) => {
      holds(announced)
      const chunks: Uint8Array[] = []
      let size = 0
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        size += read.value.length
        if (size > bodyLimit) throw tooLarge()
        chunks.push(read.value)
        came(read.value.length)
        if (announced > 0 || size - read.value.length > small) continue
        holds(size > small ? bodyLimit : read.value.length)
      }
      return Buffer.concat(chunks)
    },
    // The response has the reason: a body that was broken off cannot be cancelled any more.
    () => void reader.cancel().catch(() => undefined),
  )
}
