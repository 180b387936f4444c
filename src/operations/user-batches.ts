import { failure, ownerIsSafe } from '../domain/failures.ts'
import type { Allowed } from './allowed.ts'
import type { InRoom, Transaction } from './operation.ts'
import { outOfReach } from './room-members.ts'

/** A call names more users than it takes; each call has its own text. */
export const tooManyUsers = <const T extends string>(text: T) =>
  failure('invalid_parameter', text, { en: 'more users than a call takes', zh: '用户数超过单次调用上限' })

/** The text that two calls share. */
export const tooManyUsernames = (most: number) =>
  tooManyUsers(`usernames size is more than max limit : ${most}`)

/** How one of several users fared; `reason` is why not. */
export interface Outcome {
  user: string
  reason?: string
}

/**
 * Sorts users of a call into those that it can be done to and those that it cannot, with the reason. `room` is the
 * word that the call has for a chat room in its reasons.
 */
export async function sortOut(
  transaction: Transaction & InRoom,
  usernames: string[],
  { refusal }: Allowed,
  word: 'group' | 'chatroom',
): Promise<{ outcomes: Outcome[]; done: string[] }> {
  const { app, store, room } = transaction
  const members = new Set(await store.members.membersAmong(app.id, room.id, usernames))
  const above = new Set(await outOfReach(transaction, usernames))
  const reasonNot = (username: string): string | undefined => {
    if (username === room.owner) return ownerIsSafe.text
    if (!members.has(username)) return `user: ${username} doesn't exist in ${word}: ${room.id}`
    return above.has(username) ? refusal.text : undefined
  }
  const outcomes = usernames.map((user): Outcome => {
    const reason = reasonNot(user)
    return reason === undefined ? { user } : { user, reason }
  })
  return { outcomes, done: outcomes.filter(({ reason }) => reason === undefined).map(({ user }) => user) }
}
