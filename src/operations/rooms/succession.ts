import { Failure } from '../../domain/failure.ts'
import { checkTransfer, type Room } from '../../domain/room.ts'
import { type Successor, successors } from '../../domain/succession.ts'
import type { Transaction } from '../operation.ts'
import { handOver } from './transfer-room.ts'

async function find(
  { app, store }: Transaction,
  room: Room,
  successor: Successor,
): Promise<string | undefined> {
  if (typeof successor === 'object') return successor.user === room.owner ? undefined : successor.user
  if (successor === 'admin') return store.members.oldestAdmin(app.id, room.id, room.owner)
  const [oldest] = await store.members.listMembers(app.id, room.id, {
    ascending: true,
    without: room.owner,
    limit: 1,
  })
  return oldest?.username
}

/**
 * Hands a locked room, whose owner goes, to the first that the app's rule names and that can take it: a user who is not
 * registered, is blocked there, or finds no space is passed over. Returns whether there was one.
 */
export async function handToSuccessor(transaction: Transaction, room: Room): Promise<boolean> {
  const { app, store } = transaction
  for (const successor of successors(app.settings.ownerSuccession)) {
    const owner = await find(transaction, room, successor)
    if (owner === undefined) continue
    const leaves = await store.rooms.isMember(app.id, room.id, room.owner)
    const without = { ...room, memberCount: room.memberCount - (leaves ? 1 : 0) }
    try {
      await handOver(transaction, room, owner, (isMember) => checkTransfer('sdk', without, owner, isMember))
      return true
    } catch (error) {
      // It fails before it has written anything.
      if (!(error instanceof Failure)) throw error
    }
  }
  return false
}
