import type { Dialect } from '../../domain/dialect.ts'
import { isBlocked, userMissing } from '../../domain/failures.ts'
import { checkTransfer, joinedTooMany, type Room, transferFailures } from '../../domain/room.ts'
import { ownerOnly } from '../allowed.ts'
import { type Transaction, writeRoom } from '../operation.ts'
import { checkRoomsPerUser, checkUsersExist } from '../room-members.ts'

/** Failures of a transfer beside those of a change. */
export const failures = [
  ownerOnly.refusal,
  userMissing,
  isBlocked,
  joinedTooMany,
  ...transferFailures,
] as const

interface Transfer {
  room: string
  /** The new owner. */
  owner: string
  dialect: Dialect
}

/** Makes `owner` the owner [transfer]; the previous one stays as a member. */
export const transferRoom = writeRoom({
  id: 'transferRoom',
  allowed: ownerOnly,
  about: ({ owner }: Transfer) => [owner],

  async run(transaction, { owner, dialect }: Transfer) {
    const { room } = transaction
    await handOver(transaction, room, owner, (isMember) => checkTransfer(dialect, room, owner, isMember))
    return { newowner: true }
  },
})

/** Makes a registered user the owner of a locked room, unless `check` fails; one who is not in it joins. */
export async function handOver(
  transaction: Transaction,
  room: Room,
  owner: string,
  check: (isMember: boolean) => void,
): Promise<void> {
  const { app, store, now, tick, emit } = transaction
  const { id } = room
  await checkUsersExist(transaction, [owner])
  const isMember = await store.rooms.isMember(app.id, id, owner)
  check(isMember)
  if (!isMember) {
    if ((await store.lists.blockedAmong(app.id, id, [owner], now)).length > 0)
      throw isBlocked({ username: owner })
    await checkRoomsPerUser(transaction, [owner], joinedTooMany)
    const memberCount = await store.rooms.addMembers(app.id, id, [owner], tick())
    emit({ type: 'member.joined', usernames: [owner], memberCount }, id)
  }
  await store.rooms.changeRoom(app.id, { ...room, owner })
  await store.members.setAdmin(app.id, id, owner, false)
  await store.members.ownerIsIn(app.id, id)
  // Whoever was alone in it may be its owner now.
  if (isMember && room.memberCount <= 1)
    await store.lifecycles.setEmptied(app.id, id, await store.clock.steadyMs())
  emit({ type: 'room.transferred', from: room.owner, to: owner }, id)
}
