import type { TSchema } from '@sinclair/typebox'

/** A value that fits a schema, of its examples where it has some; optional fields only where they have one. */
export function sampleOf(schema: TSchema): unknown {
  if (schema.examples) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf) return sampleOf(schema.anyOf[0])
  switch (schema.type) {
    case 'array':
      return [sampleOf(schema.items)]
    case 'object':
      return sampleOfObject(schema)
    case 'integer':
    case 'number':
      return schema.default ?? schema.minimum ?? 0
    case 'boolean':
      return true
    default:
      return schema.default ?? schema.enum?.[0] ?? 'text'
  }
}

function sampleOfObject({ properties = {}, required = [] }: TSchema): object {
  const fields = Object.entries(properties as Record<string, TSchema>)
  const shown = fields.filter(([name, field]) => required.includes(name) || field.examples)
  return Object.fromEntries(shown.map(([name, field]) => [name, sampleOf(field)]))
}
