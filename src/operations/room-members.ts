import { earlierAttributes } from '../domain/attributes.ts'
import type { Failure } from '../domain/failure.ts'
import {
  isBlocked,
  joinedTooManyToJoin,
  notMembers,
  roomDisabled,
  roomIsFull,
  userMissing,
} from '../domain/failures.ts'
import { isClosed } from '../domain/lifecycle.ts'
import type { Room } from '../domain/room.ts'
import type { Allowed } from './allowed.ts'
import type { InRoom, Transaction } from './operation.ts'
import { warnOf } from './quota-warning.ts'

/**
 * Fails with `userMissing` for the first of `usernames` that is not registered. Prevents their deletion until
 * the transaction ends, and, where the app limits their rooms, from joining any other.
 */
export async function checkUsersExist({ app, store }: Transaction, usernames: string[]): Promise<void> {
  const known = await store.users.lockUsers(app.id, usernames, app.settings.roomsPerUser !== null)
  if (known.length === usernames.length) return
  const registered = new Set(known)
  for (const username of usernames) if (!registered.has(username)) throw userMissing({ username })
}

/** Fails with `tooMany` for the first of `usernames` that is in as many rooms as the app allows. */
export async function checkRoomsPerUser(
  transaction: Transaction,
  usernames: string[],
  tooMany: (values: { username: string }) => Failure,
): Promise<void> {
  const { app, store } = transaction
  const limit = app.settings.roomsPerUser
  if (limit === null) return
  for (const username of usernames) {
    const before = await store.rooms.countJoined(app.id, username, limit)
    if (before >= limit) throw tooMany({ username })
    warnOf(transaction, { quota: 'roomsPerUser', limit, before, after: before + 1, username }, '')
  }
}

/** Fails with `notMembers` for those of `usernames` that are not in the room, and when there are none. */
export async function requireMembers(
  { app, store, room }: Transaction & InRoom,
  usernames: string[],
): Promise<void> {
  const members = new Set(await store.members.membersAmong(app.id, room.id, usernames))
  const others = usernames.filter((username) => !members.has(username))
  if (others.length > 0 || usernames.length === 0) throw notMembers({ usernames: others.join(', ') })
}

/** Those of `usernames` that an admin may not touch: the owner and other admins. */
export async function outOfReach(
  { app, store, room, role }: Transaction & InRoom,
  usernames: string[],
): Promise<string[]> {
  if (role !== 'admin') return []
  const above = new Set([room.owner, ...(await store.members.admins(app.id, room.id))])
  return usernames.filter((username) => above.has(username))
}

/** Fails with the refusal of `allowed` when an admin reaches for the owner or another admin. */
export async function checkReach(
  transaction: Transaction & InRoom,
  usernames: string[],
  { refusal }: Allowed,
): Promise<void> {
  if ((await outOfReach(transaction, usernames)).length > 0) throw refusal({ usernames: usernames.join() })
}

/**
 * Puts users into a locked room; whoever is in it already stays as they are. Fails when one is not registered, is
 * blocked, is in too many rooms, or does not fit any more: then nobody is added.
 */
export async function putInRoom(
  transaction: Transaction,
  room: Room,
  usernames: string[],
  ext?: string,
): Promise<void> {
  const { app, store, now, tick, emit } = transaction
  await checkUsersExist(transaction, usernames)
  const present = new Set(await store.members.membersAmong(app.id, room.id, usernames))
  const added = usernames.filter((username) => !present.has(username))
  if (added.length === 0) return
  if (room.disabled || isClosed(app.settings, room, now)) throw roomDisabled()
  const [blocked] = await store.lists.blockedAmong(app.id, room.id, added, now)
  if (blocked !== undefined) throw isBlocked({ username: blocked })
  if (room.memberCount + added.length > room.maxusers) throw roomIsFull()
  await checkRoomsPerUser(transaction, added, joinedTooManyToJoin)
  const memberCount = await store.rooms.addMembers(app.id, room.id, added, tick())
  if (added.includes(room.owner)) await store.members.ownerIsIn(app.id, room.id)
  emit(
    { type: 'member.joined', usernames: added, memberCount, ...(ext === undefined ? {} : { ext }) },
    room.id,
  )
  const { maxusers: limit, memberCount: before } = room
  warnOf(transaction, { quota: 'maxusers', limit, before, after: memberCount }, room.id)
}

/** Takes members out of a locked room, with their roles and the attributes that go with them; returns the members left. */
export async function takeOut(transaction: Transaction, room: Room, usernames: string[]): Promise<number> {
  const { app, store } = transaction
  const memberCount = await store.members.removeMembers(app.id, room.id, usernames)
  if (usernames.includes(room.owner)) await store.members.ownerLeft(app.id, room.id, room.owner)
  await dropAttributes(transaction, room.id, usernames)
  return memberCount
}

/** Removes the attributes that their setters wanted to go with them. */
export async function dropAttributes(
  { app, store, emit }: Transaction,
  room: string,
  usernames: string[],
): Promise<void> {
  const gone = await store.attributes.removeWithOwners(app.id, room, usernames)
  if (gone.length === 0) return
  const keys = gone.map(({ name }) => name)
  emit({ type: 'attributes.removed', keys, before: earlierAttributes(gone) }, room)
}

/** Takes a user that leaves by itself out of a locked room; one who is not in it is a success. */
export async function leave(transaction: Transaction, room: Room, username: string): Promise<void> {
  const { app, store, emit } = transaction
  if (!(await store.members.findMember(app.id, room.id, username))) return
  const memberCount = await takeOut(transaction, room, [username])
  emit({ type: 'member.left', usernames: [username], memberCount }, room.id)
}
