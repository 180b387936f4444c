import { Failure } from '../failure.ts'
import { type Permitted, type Role, refusal } from '../permissions.ts'
import type { Unit } from '../unit.ts'
import { userMissing } from '../users/user.ts'
import type { Room } from './room.ts'

/**
 * Fails with `resource_not_found` for the first of `usernames` that is not registered. Keeps them from being deleted
 * meanwhile, and, where the app limits their rooms, from joining any other.
 */
export async function checkUsersExist({ app, store }: Unit, usernames: string[]): Promise<void> {
  const known = await store.users.holdUsers(app.id, usernames, app.settings.roomsPerUser !== null)
  if (known.length === usernames.length) return
  const registered = new Set(known)
  for (const username of usernames) if (!registered.has(username)) throw userMissing(username)
}

/** Fails with `tooMany` for the first of `usernames` that is in as many rooms as the app allows. */
export async function checkRoomsPerUser(
  { app, store }: Unit,
  usernames: string[],
  tooMany: (username: string) => Failure,
): Promise<void> {
  const quota = app.settings.roomsPerUser
  if (quota === null) return
  for (const username of usernames) {
    if ((await store.rooms.countJoined(app.id, username, quota)) >= quota) throw tooMany(username)
  }
}

export const notMembers = (usernames: string[], status?: number): Failure =>
  new Failure('forbidden_op', `users [${usernames.join(', ')}] are not members of this group!`, status)

export const isBlocked = (username: string): Failure =>
  new Failure('forbidden_op', `can not join this group, reason:user ${username} is in the blacklist`)

export const ownerIsSafe = (): Failure => new Failure('forbidden_op', 'forbidden operation on group owner!')

/** Fails with `forbidden_op` for those of `usernames` that are not in the room. */
export async function checkMembers(
  { app, store }: Unit,
  room: Room,
  usernames: string[],
  status: number,
): Promise<void> {
  const members = new Set(await store.members.membersAmong(app.id, room.id, usernames))
  const others = usernames.filter((username) => !members.has(username))
  if (others.length > 0 || usernames.length === 0) throw notMembers(others, status)
}

/** Admins manage members: those of `usernames` that they may not touch, the owner and other admins. */
export async function outOfReach(
  { app, store }: Unit,
  room: Room,
  role: Role,
  usernames: string[],
): Promise<string[]> {
  if (role !== 'admin') return []
  const above = new Set([room.owner, ...(await store.members.admins(app.id, room.id))])
  return usernames.filter((username) => above.has(username))
}

/** Fails with the operation's refusal when an admin reaches for the owner or another admin. */
export async function checkReach(
  unit: Unit,
  room: Room,
  role: Role,
  operation: Permitted,
  usernames: string[],
): Promise<void> {
  if ((await outOfReach(unit, room, role, usernames)).length > 0) throw refusal(operation)
}

/** Fails with the text of the endpoint when a call names more users than it takes. */
export function checkBatch(usernames: string[], most: number, text: string): void {
  if (usernames.length > most) throw new Failure('invalid_parameter', text)
}
