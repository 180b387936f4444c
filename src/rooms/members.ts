import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import { type Permitted, refusal } from '../permissions.ts'
import type { Unit } from '../unit.ts'
import { roomToChange } from './access.ts'
import {
  checkBatch,
  checkReach,
  checkRoomsPerUser,
  checkUsersExist,
  isBlocked,
  notMembers,
  outOfReach,
  ownerIsSafe,
} from './people.ts'
import type { Room } from './room.ts'

const mostAdded = limits.membersAdded.value
const mostRemoved = limits.membersRemoved.value

const joinedTooMany = (username: string): Failure =>
  new Failure(
    'exceeded_limit',
    `can not join this group, reason:user ${username} has joined too many chatrooms!`,
  )

const roomIsFull = (): Failure => new Failure('forbidden_op', 'group member list is full!')

/** How one of several users fared; `reason` says why not. */
export interface Outcome {
  user: string
  reason?: string
}

/**
 * Puts users into a room that the unit holds; whoever is in it already stays as they are. Fails when one is not
 * registered, is blocked, is in too many rooms, or does not fit any more: then nobody is added.
 */
export async function putInRoom(unit: Unit, room: Room, usernames: string[], ext?: string): Promise<void> {
  const { app, store } = unit
  await checkUsersExist(unit, usernames)
  const present = new Set(await store.members.membersAmong(app.id, room.id, usernames))
  const added = usernames.filter((username) => !present.has(username))
  if (added.length === 0) return
  const [blocked] = await store.lists.blockedAmong(app.id, room.id, added)
  if (blocked !== undefined) throw isBlocked(blocked)
  if (room.memberCount + added.length > room.maxusers) throw roomIsFull()
  await checkRoomsPerUser(unit, added, joinedTooMany)
  const memberCount = await store.rooms.addMembers(app.id, room.id, added, unit.tick())
  if (added.includes(room.owner)) await store.members.ownerIsIn(app.id, room.id)
  unit.emit(
    { type: 'member.joined', usernames: added, memberCount, ...(ext === undefined ? {} : { ext }) },
    room.id,
  )
}

/** Takes members out of a room that the unit holds, with their roles and the attributes that go with them. */
export async function takeOut(unit: Unit, room: Room, usernames: string[]): Promise<number> {
  const { app, store } = unit
  const memberCount = await store.members.removeMembers(app.id, room.id, usernames)
  if (usernames.includes(room.owner)) await store.members.ownerLeft(app.id, room.id, room.owner)
  await dropAttributes(unit, room.id, usernames)
  return memberCount
}

/** Removes the attributes that their setters wanted to go with them. */
export async function dropAttributes(unit: Unit, room: string, usernames: string[]): Promise<void> {
  const names = await unit.store.attributes.removeWithOwners(unit.app.id, room, usernames)
  if (names.length > 0) unit.emit({ type: 'attributes.removed', keys: names }, room)
}

/** Adds one user; one who is in already is a success. */
export async function addMember(unit: Unit, id: string, username: string): Promise<void> {
  const { room } = await roomToChange(unit, 'addMember', id, [username])
  await putInRoom(unit, room, [username])
}

/** Adds up to 100 users, all or none. */
export async function addMembers(unit: Unit, id: string, usernames: string[]): Promise<void> {
  const { room } = await roomToChange(unit, 'addMembers', id, usernames)
  checkBatch(usernames, mostAdded, `addMembers: addMembers number more than maxSize : ${mostAdded}`)
  await putInRoom(unit, room, usernames)
}

/** Takes one member out; a user may always take itself out, and one who is not in then succeeds. */
export async function removeMember(unit: Unit, id: string, username: string): Promise<void> {
  const { app, caller, store } = unit
  const { room, role } = await roomToChange(unit, 'removeMembers', id, [username])
  if (caller.kind === 'user' && caller.username === username) return leave(unit, room, username)
  await checkUsersExist(unit, [username])
  if (!(await store.members.findMember(app.id, id, username))) throw notMembers([username], 400)
  if (username === room.owner) throw ownerIsSafe()
  await checkReach(unit, room, role, 'removeMembers', [username])
  const memberCount = await takeOut(unit, room, [username])
  unit.emit({ type: 'member.removed', usernames: [username], memberCount }, id)
}

/** Takes up to 60 members out, each on its own. */
export async function removeMembers(unit: Unit, id: string, usernames: string[]): Promise<Outcome[]> {
  const { room, outcomes, done } = await sortedOut(unit, 'removeMembers', id, usernames, 'group', () =>
    checkBatch(usernames, mostRemoved, `kickMember: kickMembers number more than maxSize : ${mostRemoved}`),
  )
  if (done.length === 0) return outcomes
  const memberCount = await takeOut(unit, room, done)
  unit.emit({ type: 'member.removed', usernames: done, memberCount }, id)
  return outcomes
}

/** Blocks one member: it is taken out at once, and cannot come back until it is unblocked. */
export async function blockUser(unit: Unit, id: string, username: string): Promise<void> {
  const { app, store } = unit
  const { room, role } = await roomToChange(unit, 'blockUser', id, [username])
  if (username === room.owner) throw ownerIsSafe()
  if (!(await store.members.findMember(app.id, id, username))) throw notMembers([username], 403)
  await checkReach(unit, room, role, 'blockUser', [username])
  await block(unit, room, [username])
}

/** Blocks up to 60 members, each on its own. */
export async function blockUsers(unit: Unit, id: string, usernames: string[]): Promise<Outcome[]> {
  const { room, outcomes, done } = await sortedOut(unit, 'blockUsers', id, usernames, 'chatroom', () => {
    if (usernames.length === 0) throw new Failure('invalid_parameter', 'usernames is null or empty!')
    checkBatch(usernames, mostRemoved, `userNames is more than max limit : ${mostRemoved}`)
  })
  if (done.length > 0) await block(unit, room, done)
  return outcomes
}

async function block(unit: Unit, room: Room, usernames: string[]): Promise<void> {
  await unit.store.lists.block(unit.app.id, room.id, usernames)
  const memberCount = await takeOut(unit, room, usernames)
  unit.emit({ type: 'member.blocked', usernames, memberCount }, room.id)
}

/** Sorts users of a call into those that it can be done to and those that it cannot, with the reason. */
async function sortedOut(
  unit: Unit,
  operation: Permitted,
  id: string,
  usernames: string[],
  word: 'group' | 'chatroom',
  checkSize: () => void,
) {
  const { app, store } = unit
  const { room, role } = await roomToChange(unit, operation, id, usernames)
  checkSize()
  const members = new Set(await store.members.membersAmong(app.id, id, usernames))
  const above = new Set(await outOfReach(unit, room, role, usernames))
  const reasonNot = (username: string): string | undefined => {
    if (username === room.owner) return ownerIsSafe().text
    if (!members.has(username)) return `user: ${username} doesn't exist in ${word}: ${id}`
    return above.has(username) ? refusal(operation).text : undefined
  }
  const outcomes = usernames.map((user): Outcome => {
    const reason = reasonNot(user)
    return reason === undefined ? { user } : { user, reason }
  })
  const done = outcomes.filter(({ reason }) => reason === undefined).map(({ user }) => user)
  return { room, outcomes, done }
}

async function leave(unit: Unit, room: Room, username: string): Promise<void> {
  const { app, store } = unit
  if (!(await store.members.findMember(app.id, room.id, username))) return
  const memberCount = await takeOut(unit, room, [username])
  unit.emit({ type: 'member.left', usernames: [username], memberCount }, room.id)
}

/** What a user may say on joining. */
export interface Joining {
  /** A text for those who are in. */
  ext?: string | undefined
  /** Whether the user leaves every other room. */
  leaveOtherRooms?: boolean | undefined
}

/** The caller, a user, joins a room; being in it already is a success. Answers the members after it. */
export async function joinRoom(
  unit: Unit,
  id: string,
  { ext, leaveOtherRooms }: Joining = {},
): Promise<{ memberCount: number }> {
  const username = self(unit)
  const { room } = await roomToChange(unit, 'addMember', id, [username])
  await putInRoom(unit, room, [username], ext)
  if (leaveOtherRooms) {
    for (const other of await unit.store.rooms.joinedRooms(unit.app.id, username))
      if (other !== id) await leaveRoom(unit, other)
  }
  const after = await unit.store.rooms.findRoom(unit.app.id, id)
  return { memberCount: after?.memberCount ?? 0 }
}

/** The caller, a user, leaves a room; not being in it, or there being none, is a success. */
export async function leaveRoom(unit: Unit, id: string): Promise<void> {
  const username = self(unit)
  const room = await unit.store.rooms.holdRoom(unit.app.id, id)
  if (room) await leave(unit, room, username)
}

function self({ caller }: Unit): string {
  if (caller.kind === 'app') throw new Error('only a user joins and leaves by itself')
  return caller.username
}
