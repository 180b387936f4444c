import type { Given } from './rest-commands.ts'

/** Conditions of a filter by the names of their options. */
export const conditions: Record<string, [name: string, meaning: string]> = {
  owner: ['owner', 'owned by this user'],
  member: ['member', 'with this member'],
  nameHas: ['name', 'whose name contains this'],
  customHas: ['custom', 'whose extension text contains this'],
  createdAfter: ['created_after', 'created later than this: a time, or Unix ms'],
  createdBefore: ['created_before', 'created earlier than this'],
  membersMin: ['members_min', 'with at least as many members'],
  membersMax: ['members_max', 'with at most as many members'],
}

export const flagOf = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <value>`

/** A number where the API has one; times may be dates. */
function conditionOf(option: string, text: string): string | number {
  if (!/^(created|members)/.test(option)) return text
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${flagOf(option)} must be a number or a time`)
  return value
}

/** The conditions that were given, as the API names them. */
export function filterOf(given: Given): Record<string, string | number> {
  const filter: Record<string, string | number> = {}
  for (const [option, [name]] of Object.entries(conditions)) {
    const text = given[option]
    if (text !== undefined) filter[name] = conditionOf(option, String(text))
  }
  return filter
}
