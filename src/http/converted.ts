import type { TSchema } from '@sinclair/typebox'

const wholeNumber = /^-?\d{1,16}$/

/**
 * A value as its schema wants it, where what is meant is certain; else the value itself. PHP and form-fed backends send
 * numbers where an id or a name is expected, and texts where a whole number is.
 */
export function converted(schema: TSchema, value: unknown): unknown {
  // A number beyond 2^53-1 was rounded when it was parsed: whose id it was is not known any more.
  if (schema.type === 'string' && Number.isSafeInteger(value)) return String(value)
  if (schema.type === 'integer' && typeof value === 'string' && wholeNumber.test(value)) {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
  if (value === null || typeof value !== 'object') return value
  const kind = Array.isArray(value) ? 'array' : 'object'
  const meant: TSchema | undefined = schema.anyOf
    ? schema.anyOf.find(({ type }: TSchema) => type === kind)
    : schema
  if (meant?.type !== kind) return value
  if (Array.isArray(value)) return value.map((item) => converted(meant.items, item))
  // The values of a record, whatever their names.
  const [ofAll] = Object.values<TSchema>(meant.patternProperties ?? {})
  const fields = Object.entries(value).map(([name, field]) => {
    const known: TSchema | undefined = Object.hasOwn(meant.properties ?? {}, name)
      ? meant.properties[name]
      : ofAll
    return [name, known ? converted(known, field) : field]
  })
  return Object.fromEntries(fields)
}
