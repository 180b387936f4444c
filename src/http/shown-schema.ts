import type { Text } from '../domain/text.ts'

export type Language = keyof Text

/** A schema as the API description shows it: explained in one language, and with the bounds that rules of their own check. */
export function shownSchema<S>(schema: S, language: Language): S {
  if (Array.isArray(schema)) return schema.map((each) => shownSchema(each, language)) as S
  if (schema === null || typeof schema !== 'object') return schema
  const { says, 'x-bounds': bounds = {}, ...rest } = schema as Record<string, unknown> & { says?: Text }
  const fields = Object.entries(rest).map(([name, value]) => [name, shownSchema(value, language)])
  return {
    ...Object.fromEntries(fields),
    ...(says ? { description: says[language] } : {}),
    ...(bounds as object),
  } as S
}
