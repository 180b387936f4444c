import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import {
  bodyBroken,
  notJson,
  notObject,
  notUtf8,
  notWellFormed,
  tooDeep,
  wrongType,
} from '../domain/body-failures.ts'
import { Failure } from '../domain/failure.ts'
import { fieldMissing, tooLarge, unknownFields } from '../domain/failures.ts'
import { isObject } from '../domain/is-object.ts'
import { limits } from '../domain/limits.ts'
import type { BodyWords } from '../operations/body-words.ts'
import { converted } from './converted.ts'
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

/** Deepest nesting of a body; no call needs more than a few levels. */
const depthLimit = limits.bodyDepth.value

/** Fails on NUL and lone surrogates anywhere in a parsed body, and on one so deep that a walk could exhaust the stack. */
function checkTexts(value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed() || value.includes('\0')) throw notWellFormed()
    return
  }
  if (value === null || typeof value !== 'object') return
  if (depth >= depthLimit) throw tooDeep()
  if (Array.isArray(value)) {
    for (const inner of value) checkTexts(inner, depth + 1)
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    checkTexts(name)
    checkTexts(inner, depth + 1)
  }
}

/** Reads JSON; an empty body is an empty object. Fails on broken JSON, NUL, lone surrogates and deep nesting. */
export function parseJson(text: string, broken: () => Failure = notJson): unknown {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw broken()
  }
  if (text.length > 2 * depthLimit || text.includes('\\u')) checkTexts(value)
  return value
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    // Then it is a form, which is read as one.
    return false
  }
}

/** Reads a form as an object of texts: the last of several of one name counts. JSON is read as JSON. */
export function parseForm(text: string): unknown {
  if (/^\s*\{/.test(text) || (!text.includes('=') && isJson(text))) return parseJson(text)
  const fields = Object.fromEntries(new URLSearchParams(text))
  checkTexts(fields)
  return fields
}

const fieldsOf = (row: unknown): unknown =>
  isObject(row) ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) : row

const rowsOf = (value: unknown): unknown => (Array.isArray(value) ? value.map(fieldsOf) : value)

/**
 * The body without fields that are null, as server SDKs send those they leave unset; in rows of a list, too. What an
 * object in it holds is the app's own.
 */
export function withoutNulls(body: unknown): unknown {
  if (!isObject(body)) return rowsOf(body)
  const set = Object.entries(body).filter(([, value]) => value !== null)
  return Object.fromEntries(set.map(([name, value]) => [name, rowsOf(value)]))
}

/** The words that a choice of words allows; undefined of any other schema. */
const wordsOf = ({ anyOf }: TSchema): string[] | undefined =>
  anyOf?.every((one: TSchema) => typeof one.const === 'string')
    ? anyOf.flatMap((one: TSchema) => one.const || [])
    : undefined

const wanted = (schema: TSchema): string => {
  const words = wordsOf(schema)
  if (words) return `one of ${words.join(', ')}`
  switch (schema.type) {
    case 'array':
      return `an array of ${wanted(schema.items).replace(/^an? /, '')}s`
    case 'integer':
      return 'an integer'
    case 'object':
      return 'an object'
    default:
      return schema.anyOf ? schema.anyOf.map(wanted).join(' or ') : `a ${schema.type}`
  }
}

const isEmpty = (value: unknown): boolean =>
  value === '' || (value !== null && typeof value === 'object' && Object.keys(value).length === 0)

/** How the service of chat rooms refuses a body, and most others do. */
const wordsOfRooms: BodyWords = {
  missing: fieldMissing,
  wrongType,
  notObject,
  notJson,
  emptyIsMissing: false,
}

/**
 * Why a body does not fit its schema, in the reference's words: first a missing field in the schema's order,
 * then fields that nobody knows, then the first of the wrong type.
 */
function schemaFailure(schema: TSchema, value: unknown, words: BodyWords): Failure {
  const kind = Array.isArray(value) ? 'array' : 'object'
  const meant = value && typeof value === 'object' && schema.anyOf?.find(({ type }: TSchema) => type === kind)
  if (meant) return schemaFailure(meant, value, words)
  if (schema.type === 'object' && !isObject(value)) return words.notObject()
  const fields = value as Record<string, unknown>
  const isMissing = (name: string): boolean =>
    fields[name] === undefined
      ? (schema.required ?? []).includes(name)
      : words.emptyIsMissing && isEmpty(fields[name]) && !Value.Check(schema.properties[name], fields[name])
  const missing = Object.keys(schema.properties ?? {}).find(isMissing)
  if (missing) return words.missing({ field: missing })
  if (schema.additionalProperties === false) {
    const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(schema.properties, name))
    if (unknown.length > 0) return unknownFields({ fields: unknown.join(',') })
  }
  for (const { path, schema: expected, value: found } of Value.Errors(schema, value)) {
    const names = path.slice(1).split('/')
    if (words.emptyIsMissing && (found === undefined || isEmpty(found)))
      return words.missing({ field: names.at(-1) ?? '' })
    const of = { field: names.join('.') || 'the body', type: wanted(expected) }
    return wordsOf(expected) && typeof found === 'string' ? wrongType(of) : words.wrongType(of)
  }
  return wrongType({ field: 'the body', type: 'as this call expects it' })
}

/** Fails on a whole number beyond 2^53-1, which was rounded when it was parsed. */
function checkExact(wholeNumbers: string[], body: unknown): void {
  for (const name of wholeNumbers) {
    const value = (body as Record<string, unknown>)[name]
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      throw wrongType({ field: name, type: 'an integer' })
  }
}

/**
 * Checks bodies against a schema, in the reference's `words`; junk costs no more than a good call. `isForgiving` (the `sdk`
 * dialect) first brings to the schema what can be. Returns the body as it counts.
 */
export function bodyCheck(
  schema: TSchema,
  words: BodyWords = wordsOfRooms,
): (body: unknown, isForgiving: boolean) => unknown {
  // Compiled by the first call: most operations are never called on one thread, and code takes memory.
  let compiled: ReturnType<typeof TypeCompiler.Compile> | undefined
  const wholeNumbers = Object.entries<TSchema>(schema.properties ?? {}).flatMap(([name, { type }]) =>
    type === 'integer' ? name : [],
  )
  return (given, isForgiving) => {
    compiled ??= TypeCompiler.Compile(schema)
    const fits = compiled.Check(given)
    const body = fits || !isForgiving ? given : converted(schema, given)
    if (!fits && !compiled.Check(body)) throw schemaFailure(schema, body, words)
    checkExact(wholeNumbers, body)
    return body
  }
}
