import type { TSchema } from '@sinclair/typebox'

/**
 * Bounds of a field that the API description shows. The check of bodies does not see them: the rule that enforces them
 * has a text of its own, which is part of the API.
 */
export const bounds = (shown: TSchema | object): { 'x-bounds': object } => ({ 'x-bounds': shown })

/** A schema as the API description shows it. */
export function shownSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shownSchema)
  if (schema === null || typeof schema !== 'object') return schema
  const { 'x-bounds': shown = {}, ...rest } = schema as Record<string, unknown>
  const fields = Object.entries(rest).map(([name, value]) => [name, shownSchema(value)])
  return { ...Object.fromEntries(fields), ...(shown as object) }
}

/** A user id as clients may write it. */
export const userIdPattern = '^[A-Za-z0-9_.-]{1,64}$'
