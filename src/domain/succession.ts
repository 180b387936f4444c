import { foldUsername, isUsername } from './user.ts'

const words = ['dissolve', 'oldest_admin', 'oldest_member'] as const
const named = 'user:'

/** Reads what becomes of the rooms of a user that is deleted: one of the words, or `user:` and who gets them. */
export const ownerSuccession = (value: string): string => {
  if (words.some((word) => word === value)) return value
  const username = value.slice(named.length)
  if (!value.startsWith(named) || !isUsername(username))
    throw new Error(`must be one of ${words.join(', ')}, or ${named} and a user id`)
  return named + foldUsername(username)
}

/** Who may get a room: a user, or whoever has been an admin or a member for longest. */
export type Successor = { user: string } | 'admin' | 'member'

/** In what order they are tried; where nobody can take it, a room is dissolved. */
export function successors(rule: string): Successor[] {
  if (rule === 'dissolve') return []
  if (rule === 'oldest_member') return ['member']
  const user = rule.startsWith(named) ? [{ user: rule.slice(named.length) }] : []
  return [...user, 'admin', 'member']
}
