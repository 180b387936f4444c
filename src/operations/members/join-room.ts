import { everyone } from '../allowed.ts'
import { type Transaction, write, writeRoom } from '../operation.ts'
import { leave, putInRoom } from '../room-members.ts'

function self({ caller }: Transaction): string {
  if (caller.kind === 'app') throw new Error('only a user joins and leaves by itself')
  return caller.username
}

/**
 * The caller, a user, joins a room over its connection, and leaves all others if it requests that; being in it already
 * is a success. Returns the members after it.
 */
export const joinRoom = writeRoom({
  id: 'joinRoom',
  allowed: everyone,

  async run(
    transaction,
    {
      ext,
      leaveOtherRooms,
    }: { room: string; ext?: string | undefined; leaveOtherRooms?: boolean | undefined },
  ) {
    const { app, store, room } = transaction
    const username = self(transaction)
    await putInRoom(transaction, room, [username], ext)
    if (leaveOtherRooms) {
      for (const other of await store.rooms.joinedRooms(app.id, username))
        if (other !== room.id) await leaveIfThere(transaction, other, username)
    }
    const after = await store.rooms.findRoom(app.id, room.id)
    return { memberCount: after?.memberCount ?? 0 }
  },
})

/** The caller, a user, leaves a room over its connection; not being in it, or there being none, is a success. */
export const leaveRoom = write({
  id: 'leaveRoom',
  allowed: everyone,
  run: (transaction, { room }: { room: string }) => leaveIfThere(transaction, room, self(transaction)),
})

async function leaveIfThere(transaction: Transaction, id: string, username: string): Promise<void> {
  const room = await transaction.store.rooms.lockRoom(transaction.app.id, id)
  if (room) await leave(transaction, room, username)
}
