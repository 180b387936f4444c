import type { TSchema } from '@sinclair/typebox'

/** A schema that null fits, too. */
function orNull(schema: TSchema): object {
  const { type, says, ...rest } = schema
  const isPlain = typeof type === 'string' && !('enum' in rest || 'const' in rest)
  return isPlain
    ? { ...schema, type: [type, 'null'] }
    : { anyOf: [schema, { type: 'null' }], ...(says ? { says } : {}) }
}

type Schemas = Record<string, TSchema>

const mapped = (schemas: Schemas, of: (schema: TSchema, name: string) => object): object =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, of(schema, name)]))

/** An object whose fields may be null where they may be left out; `within` says what a field may hold. */
function fieldsOrNull(schema: TSchema, within: (field: TSchema) => TSchema): TSchema {
  const required = new Set<string>(schema.required)
  const { properties, patternProperties } = schema
  return {
    ...schema,
    ...(properties && {
      properties: mapped(properties, (field, name) =>
        required.has(name) ? within(field) : orNull(within(field)),
      ),
    }),
    ...(patternProperties && {
      patternProperties: mapped(patternProperties, (field) => orNull(within(field))),
    }),
  }
}

/** A list whose rows may have such fields; what an object in a body holds is the app's own. */
const rowsOrNull = (schema: TSchema): TSchema =>
  schema.type === 'array' && schema.items?.type === 'object'
    ? { ...schema, items: fieldsOrNull(schema.items, (field) => field) }
    : schema

/** A body as callers may send it: a field that may be left out may be null, which counts as absent; in rows of lists, too. */
export function withNulls(schema: TSchema): object {
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: schema.anyOf.map(withNulls) }
  return schema.type === 'object' ? fieldsOrNull(schema, rowsOrNull) : rowsOrNull(schema)
}

/** Whether a call without a body is as good as one with an empty object. */
export const mayBeAbsent = ({ type, required }: TSchema): boolean => type === 'object' && !required?.length
