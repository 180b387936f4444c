import type { InRoom, Transaction } from '../operation.ts'
import { takeOut } from '../room-members.ts'

/** The word for it in rows of the block list. */
export const added = 'add_blocks'

/** Takes members out of the room and keeps them from coming back. */
export async function block(transaction: Transaction & InRoom, usernames: string[]): Promise<void> {
  const { app, store, room, emit } = transaction
  await store.lists.block(app.id, room.id, usernames)
  const memberCount = await takeOut(transaction, room, usernames)
  emit({ type: 'member.blocked', usernames, memberCount })
}
