import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import { notJson, notObject, wrongType } from '../domain/body-failures.ts'
import type { Failure } from '../domain/failure.ts'
import { fieldMissing, unknownFields } from '../domain/failures.ts'
import { isObject } from '../domain/is-object.ts'
import type { BodyWords } from '../operations/body-words.ts'
import { converted } from './converted.ts'

/** The texts that a choice of texts allows; undefined of any other schema. */
const choicesOf = ({ anyOf }: TSchema): string[] | undefined =>
  anyOf?.every((one: TSchema) => typeof one.const === 'string')
    ? anyOf.flatMap((one: TSchema) => one.const || [])
    : undefined

const wanted = (schema: TSchema): string => {
  const choices = choicesOf(schema)
  if (choices) return `one of ${choices.join(', ')}`
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
    return choicesOf(expected) && typeof found === 'string' ? wrongType(of) : words.wrongType(of)
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
