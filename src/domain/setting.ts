import type { Text } from './text.ts'

/** One setting: how its text is read, its default as text, and what it means. */
export interface Setting<T> extends Text {
  read(text: string): T
  default: string
}

/** Reads a whole number between two bounds, both included. */
export const integer = (least: number, most: number) => (value: string) => {
  if (!/^\d+$/.test(value) || Number(value) < least || Number(value) > most) {
    throw new Error(`must be a whole number from ${least} to ${most}`)
  }
  return Number(value)
}

/** Reads one of some words. */
export const oneOf =
  <T extends string>(...words: T[]) =>
  (value: string): T => {
    const word = words.find((each) => each === value)
    if (word === undefined) throw new Error(`must be one of ${words.join(', ')}`)
    return word
  }

/** Reads a quota: a whole number, or `none` for no limit. */
export const quota = (value: string): number | null => {
  if (value === 'none') return null
  if (!/^\d{1,9}$/.test(value)) throw new Error('must be a whole number, or none')
  return Number(value)
}

/** Reads a rate: a whole number of at least 1, or `none` for no limit; 0 could be taken for either. */
export const rate = (value: string): number | null => {
  if (value !== 'none' && !/^[1-9]\d{0,8}$/.test(value))
    throw new Error('must be a whole number of 1 or more, or none')
  return quota(value)
}

/** Reads `true` or `false`. */
export const truth = (value: string): boolean => {
  if (value !== 'true' && value !== 'false') throw new Error('must be true or false')
  return value === 'true'
}
