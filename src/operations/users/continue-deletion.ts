import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'
import { dropAttributes } from '../room-members.ts'
import { removeRoom } from '../rooms/dissolve-room.ts'
import { handToSuccessor } from '../rooms/succession.ts'

/**
 * Dissolves or hands over chat rooms of a user that goes, and takes it out of others: at most `most`. Returns how many;
 * fewer than `most` were all.
 */
export async function leaveRooms(transaction: Transaction, username: string, most: number): Promise<number> {
  const { app, store, emit } = transaction
  const owned = await store.rooms.ownedRooms(app.id, username, most)
  for (const id of owned) {
    const room = await store.rooms.findRoom(app.id, id)
    if (room && !(await handToSuccessor(transaction, room))) await removeRoom(transaction, room)
  }
  const left = await store.rooms.leaveRooms(app.id, username, most - owned.length)
  for (const { room, memberCount } of left) {
    await dropAttributes(transaction, room, [username])
    emit({ type: 'member.left', usernames: [username], memberCount }, room)
  }
  return owned.length + left.length
}

/** Goes on with the chat rooms of a deleted user: so few that nothing else waits for them. Returns whether there may be more to do here. */
export const continueDeletion = write({
  id: 'continueDeletion',
  allowed: appOnly,
  auditedAs: () => 'deleteUser',

  async run(transaction, { username, most }: { username: string; most: number }): Promise<boolean> {
    const { app, store, tick } = transaction
    if (!(await store.deletions.lockDeletion(app.id, username))) return false
    const left = await leaveRooms(transaction, username, most)
    // Whoever restores one of these rooms gives it to somebody else.
    await store.dissolved.userDeleted(app.id, username, tick())
    if (left === most) return true
    await store.deletions.endDeletion(app.id, username)
    return false
  },
})
