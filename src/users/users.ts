import { Failure } from '../failure.ts'
import { removeRoom } from '../rooms/rooms.ts'
import type { Unit } from '../unit.ts'
import { foldUsername, type NewUser, type User } from './user.ts'

/** The reference's word for a user in a path that is not registered. */
export const userNotFound = (): Failure =>
  new Failure('service_resource_not_found', 'Service resource not found')

const quotaReached = (): Failure =>
  new Failure(
    'resource_limited',
    'You have exceeded the limit of the community edition,Please upgrade to the enterprise edition',
  )

/**
 * Registers users, each on its own: one that exists already does not hinder the others.
 * Answers those registered and the user ids that were taken.
 */
export async function registerUsers(
  unit: Unit,
  users: NewUser[],
): Promise<{ registered: User[]; taken: string[] }> {
  const { app, store } = unit
  const registered: User[] = []
  const taken: string[] = []
  for (const user of users) {
    const { settings } = app
    if (settings.users !== null && (await store.users.countUsers(app.id)) >= settings.users)
      throw quotaReached()
    const added = await store.users.addUser(app.id, { ...user, uuid: crypto.randomUUID(), now: unit.now })
    if (added) registered.push(added)
    else taken.push(user.username)
  }
  return { registered, taken }
}

/**
 * Deletes a user: dissolves the rooms that it owns and takes it out of all others
 * (account system: deleting a user). Answers the user as it was.
 */
export async function deleteUser(unit: Unit, given: string): Promise<User> {
  const { app, store } = unit
  const username = foldUsername(given)
  const user = await store.users.holdUser(app.id, username)
  if (!user) throw userNotFound()
  for (const id of await store.rooms.ownedRooms(app.id, username)) await removeRoom(unit, id)
  for (const { room, memberCount } of await store.rooms.removeFromAllRooms(app.id, username)) {
    unit.emit({ type: 'member.left', usernames: [username], memberCount }, room)
  }
  await store.users.removeUser(app.id, username)
  unit.emit({ type: 'user.changed', username })
  return user
}

/** Deletes the `limit` users that registered first; they are not chosen by name. Answers them, and whether more are left. */
export async function deleteUsers(unit: Unit, limit: number): Promise<{ deleted: User[]; more: boolean }> {
  const { app, store } = unit
  const users = await store.users.listUsers(app.id, limit + 1)
  const deleted = users.slice(0, limit)
  for (const { username } of deleted) await deleteUser(unit, username)
  return { deleted, more: users.length > limit }
}
