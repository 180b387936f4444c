import type { Caller, EarlierAttributes } from './event.ts'
import { limits } from './limits.ts'

/** A custom attribute of a room. */
export interface Attribute {
  name: string
  value: string
  /** Who set it. */
  owner: string
  /** Whether it is removed when its owner leaves. */
  autoDelete: boolean
}

const legalKey = /^[A-Za-z0-9_.-]*$/

/** What attributes were, for the log of events; undefined where there were none. */
export function earlierAttributes(attributes: Attribute[]): EarlierAttributes | undefined {
  if (attributes.length === 0) return undefined
  let left = limits.loggedValues.value
  return Object.fromEntries(
    attributes.map(({ name, value, owner, autoDelete }) => {
      const fits = value.length <= left
      if (fits) left -= value.length
      return [name, fits ? { owner, autoDelete, value } : { owner, autoDelete }]
    }),
  )
}

export const othersKey = 'others are not allowed to be set'

/** Why a key that somebody else set is left as it is. The web SDK looks for `is not part of you`, and has no other word for it. */
export const othersKeyFor = (caller: Caller): string =>
  caller.kind === 'app' ? othersKey : `${othersKey}, it is not part of you`

/**
 * Why `username` cannot set an attribute; undefined when it can. `known` is the attribute as it is, `count` how many the
 * room has; `forced` overwrites what others set.
 */
export function whyNotSet(
  [key, value]: [string, string],
  known: Attribute | undefined,
  { username, forced, caller }: { username: string; forced: boolean; caller: Caller },
  count: number,
): string | undefined {
  const [longestKey, longestValue] = [limits.attributeKey.value, limits.attributeValue.value]
  if (key.length > longestKey) return `properties key '${key}' is exceeding maximum limit ${longestKey}`
  if (key === '' || !legalKey.test(key)) return `properties key '${key}' is not Legal`
  if (value.length > longestValue && [...value].length > longestValue)
    return `properties value of key '${key}' is exceeding maximum limit ${longestValue}`
  if (known && known.owner !== username && !forced) return othersKeyFor(caller)
  if (!known && count >= limits.roomAttributes.value)
    return 'size of metadata for this single chatroom exceeds the user defined limit'
  return undefined
}
