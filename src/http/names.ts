import { Type as t } from '@sinclair/typebox'
import { foldUsername } from '../users/user.ts'

/** A body that names users. */
export const Usernames = t.Object(
  { usernames: t.Array(t.String(), { description: 'User ids.', examples: [['alice', 'bob']] }) },
  { additionalProperties: true },
)

/** User ids as they are kept, each once. */
export const folded = (usernames: string[]): string[] => [...new Set(usernames.map(foldUsername))]

/** The user ids of a path segment: one, or several with commas between, each once. */
export const namesIn = (segment: string): string[] => folded(segment.split(',').filter((name) => name !== ''))

/** Whether a path segment names several users: then the answer is an array. */
export const namesSeveral = (segment: string): boolean => segment.includes(',')
