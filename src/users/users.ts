import { randomInt } from 'node:crypto'
import { Failure } from '../failure.ts'
import { dropAttributes } from '../rooms/members.ts'
import { removeRoom } from '../rooms/rooms.ts'
import type { Unit } from '../unit.ts'
import { foldUsername, type NewUser, type User, type UserRecord } from './user.ts'

/** The reference's word for a user in a path that is not registered. */
export const userNotFound = (): Failure =>
  new Failure('service_resource_not_found', 'Service resource not found')

const quotaReached = (): Failure =>
  new Failure(
    'resource_limited',
    'You have exceeded the limit of the community edition,Please upgrade to the enterprise edition',
  )

/** At random, so that whoever takes the name of a deleted user does not revive that user's tokens. */
const firstEpoch = (): number => randomInt(2 ** 30)

/**
 * Registers users, each on its own: one that exists already does not hinder the others.
 * Answers those registered and the user ids that were taken.
 */
export async function registerUsers(
  unit: Unit,
  users: NewUser[],
): Promise<{ registered: User[]; taken: string[] }> {
  const { app, store } = unit
  const limited = app.settings.users !== null
  const registered: User[] = []
  const taken: string[] = []
  for (const user of users) {
    if (limited && (await store.quotas.takeQuota(app.id, 'users', 1)) === 0) throw quotaReached()
    const added = await store.users.addUser(app.id, {
      ...user,
      uuid: crypto.randomUUID(),
      tokenEpoch: firstEpoch(),
      now: unit.now,
    })
    if (added) registered.push(added)
    else {
      taken.push(user.username)
      if (limited) await store.quotas.giveQuota(app.id, 'users')
    }
  }
  return { registered, taken }
}

/**
 * Deletes a user: dissolves the rooms that it owns and takes it out of all others, of every role and list
 * (account system: deleting a user). Answers the user as it was.
 */
export async function deleteUser(unit: Unit, given: string): Promise<User> {
  const user = await heldUser(unit, given)
  await removeUser(unit, user.username)
  return user
}

/** Removes a user that the unit holds. */
async function removeUser(unit: Unit, username: string): Promise<void> {
  const { app, store } = unit
  for (const id of await store.rooms.ownedRooms(app.id, username)) await removeRoom(unit, id)
  for (const { room, memberCount } of await store.rooms.removeFromAllRooms(app.id, username)) {
    await dropAttributes(unit, room, [username])
    unit.emit({ type: 'member.left', usernames: [username], memberCount }, room)
  }
  await store.lists.forgetUser(app.id, username)
  await store.superAdmins.removeSuperAdmin(app.id, username)
  await store.users.removeUser(app.id, username)
  if (app.settings.users !== null) await store.quotas.giveQuota(app.id, 'users')
  unit.emit({ type: 'user.changed', username, change: 'deleted' })
}

/** Deletes the `limit` users that registered first; they are not chosen by name. Answers them, and whether more are left. */
export async function deleteUsers(unit: Unit, limit: number): Promise<{ deleted: User[]; more: boolean }> {
  const { app, store } = unit
  const deleted: User[] = []
  for (;;) {
    const left = limit - deleted.length
    const users = await store.users.listUsers(app.id, left + 1)
    for (const { username } of users.slice(0, left)) {
      // One that another unit deletes meanwhile is not among them; the next one is.
      const user = await store.users.holdUser(app.id, username)
      if (!user) continue
      await removeUser(unit, username)
      deleted.push(user)
    }
    if (deleted.length === limit || users.length === 0) return { deleted, more: users.length > left }
  }
}

async function heldUser({ app, store }: Unit, given: string): Promise<UserRecord> {
  const user = await store.users.holdUser(app.id, foldUsername(given))
  if (!user) throw userNotFound()
  return user
}

/** Gives a user a new password; its tokens end. */
export async function changePassword(unit: Unit, given: string, passwordHash: string): Promise<void> {
  const user = await heldUser(unit, given)
  const { tokenEpoch, username } = user
  const changed = { ...user, passwordHash, tokenEpoch: tokenEpoch + 1, modified: unit.now }
  await unit.store.users.changeUser(unit.app.id, changed)
  unit.emit({ type: 'user.changed', username, change: 'password' })
}

/** Deactivates a user, which ends its tokens, or activates it again. Answers the user after it. */
export async function setActivated(unit: Unit, given: string, activated: boolean): Promise<User> {
  const user = await heldUser(unit, given)
  const { tokenEpoch, username } = user
  const changed = {
    ...user,
    activated,
    tokenEpoch: activated ? tokenEpoch : tokenEpoch + 1,
    modified: unit.now,
  }
  await unit.store.users.changeUser(unit.app.id, changed)
  unit.emit({ type: 'user.changed', username, change: activated ? 'activated' : 'deactivated' })
  const { passwordHash: _, tokenEpoch: __, ...shown } = changed
  return shown
}
