import { foldUsername } from './user.ts'

/** User ids as they are stored, each once. */
export const folded = (usernames: string[]): string[] => [...new Set(usernames.map(foldUsername))]

/** The user ids of a path segment: one, or several with commas between, each once. */
export const userIdsIn = (segment: string): string[] =>
  folded(segment.split(',').filter((name) => name !== ''))

/** Whether a path segment names several users: then the response is an array. */
export const namesSeveral = (segment: string): boolean => segment.includes(',')
