import { Busboy, type BusboyConfig, type BusboyInstance } from '@fastify/busboy'
import { bodyBroken, fileTooLarge, noFile } from '../domain/body-failures.ts'
import type { Failure } from '../domain/failure.ts'
import { limits } from '../domain/limits.ts'
import { watched } from './waiting-bodies.ts'

/** What a multipart body has around its file. */
const wrapping = 64 * 1024

function parserFor(request: Request): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': request.headers.get('content-type') ?? '' } as BusboyConfig['headers'],
      limits: { fileSize: limits.fileBytes.value, files: 1, fields: 100, fieldSize: wrapping, parts: 101 },
    })
  } catch {
    throw noFile()
  }
}

/** What of the field `file` has been parsed and not been taken yet. */
interface Parsed {
  found: boolean
  name: string
  chunks: Uint8Array[]
  failure: Failure | undefined
  ended: boolean
}

function parse(parser: BusboyInstance): Parsed {
  const parsed: Parsed = { found: false, name: '', chunks: [], failure: undefined, ended: false }
  const fail = (why: Failure) => {
    parsed.failure ??= why
  }
  parser.on('file', (field, stream, name) => {
    stream.on('error', () => fail(noFile()))
    if (field !== 'file') return void stream.resume()
    parsed.found = true
    parsed.name = name ?? ''
    stream.on('data', (chunk: Uint8Array) => parsed.chunks.push(chunk))
    stream.on('limit', () => fail(fileTooLarge()))
    stream.on('end', () => {
      parsed.ended = true
    })
  })
  parser.on('error', () => fail(noFile()))
  return parsed
}

const written = (parser: BusboyInstance, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve) => parser.write(chunk, () => resolve()))

const ended = (parser: BusboyInstance): Promise<void> =>
  new Promise((resolve) => {
    parser.on('finish', resolve).on('error', resolve)
    parser.end()
  })

/** The bytes of the field `file`, as they come: what is read of the body waits until these are taken. */
async function* partsOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  parser: BusboyInstance,
  parsed: Parsed,
  came: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw bodyBroken()
    })
    if (value) {
      size += value.length
      came(value.length)
      await written(parser, value)
    }
    if (done) await ended(parser)
    yield* parsed.chunks.splice(0)
    if (parsed.failure) throw parsed.failure
    if (size > limits.fileBytes.value + wrapping) throw fileTooLarge()
    if (done) break
  }
  if (!parsed.found || !parsed.ended) throw noFile()
}

/** Gives `store` the field `file` of a multipart body while it comes, and its name when it has; ends with what `store` makes of it. */
export function receiveFile<T>(
  request: Request,
  store: (chunks: AsyncIterable<Uint8Array>, name: () => string) => Promise<T>,
): Promise<T> {
  if (Number(request.headers.get('content-length')) > limits.fileBytes.value + wrapping) throw fileTooLarge()
  const parser = parserFor(request)
  const reader = request.body?.getReader()
  if (!reader) throw noFile()
  const parsed = parse(parser)
  return watched(
    ({ came }) => store(partsOf(reader, parser, parsed, came), () => parsed.name),
    // The response has the reason: a body that was broken off cannot be cancelled any more.
    () => void reader.cancel().catch(() => undefined),
  )
}
