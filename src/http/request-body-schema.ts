import type { TSchema } from '@sinclair/typebox'

/** A schema that null fits, too. */
function orNull(schema: TSchema): object {
  const { type, says, ...rest } = schema
  const isPlain = typeof type === 'string' && !('enum' in rest || 'const' in rest)
  return isPlain
    ? { ...schema, type: [type, 'null'] }
    : { anyOf: [schema, { type: 'null' }], ...(says ? { says } : {}) }
}

/** A body as callers may send it: a field that may be left out may be null, which counts as absent. */
export function withNulls(schema: TSchema): object {
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: schema.anyOf.map(withNulls) }
  if (schema.type !== 'object' || !schema.properties) return schema
  const required = new Set<string>(schema.required)
  const fields = Object.entries<TSchema>(schema.properties).map(([name, field]) => [
    name,
    required.has(name) ? field : orNull(field),
  ])
  return { ...schema, properties: Object.fromEntries(fields) }
}

/** Whether a call without a body is as good as one with an empty object. */
export const mayBeAbsent = ({ type, required }: TSchema): boolean => type === 'object' && !required?.length
