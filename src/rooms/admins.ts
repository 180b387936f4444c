import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import type { Unit } from '../unit.ts'
import { authorise, roomToChange } from './access.ts'
import { putInRoom } from './members.ts'
import { checkUsersExist, ownerIsSafe } from './people.ts'

/** Most admins of a room; with the owner they are 100. */
const mostAdmins = limits.roomAdmins.value

/** Makes a user an admin; one who is not in the room comes into it. */
export async function addAdmin(unit: Unit, id: string, username: string): Promise<void> {
  const { app, store } = unit
  const { room } = await roomToChange(unit, 'addAdmin', id, [username])
  await checkUsersExist(unit, [username])
  if (username === room.owner) throw ownerIsSafe()
  const admins = await store.members.admins(app.id, id)
  if (admins.includes(username)) return
  if (admins.length >= mostAdmins) {
    throw new Failure('exceed_limit', `admins size is greater than max admin size : ${mostAdmins}`)
  }
  await putInRoom(unit, room, [username])
  await store.members.setAdmin(app.id, id, username, true)
  unit.emit({ type: 'admin.added', username }, id)
}

/** Makes an admin an ordinary member. */
export async function removeAdmin(unit: Unit, id: string, username: string): Promise<void> {
  const { app, store } = unit
  await roomToChange(unit, 'removeAdmin', id, [username])
  await checkUsersExist(unit, [username])
  const member = await store.members.findMember(app.id, id, username)
  if (!member?.admin) throw new Failure('forbidden_op', `user:${username} is not admin of group:${id}`)
  await store.members.setAdmin(app.id, id, username, false)
  unit.emit({ type: 'admin.removed', username }, id)
}

/** Lets a user create rooms of the app; one who may already is a success. */
export async function addSuperAdmin(unit: Unit, username: string): Promise<void> {
  await authorise(unit, 'addSuperAdmin')
  await checkUsersExist(unit, [username])
  const added = await unit.store.superAdmins.addSuperAdmin(unit.app.id, username, unit.tick())
  if (added) unit.emit({ type: 'superAdmin.added', username })
}

/** Takes that right away; a user who has none is a success. */
export async function removeSuperAdmin(unit: Unit, username: string): Promise<void> {
  await authorise(unit, 'removeSuperAdmin')
  await checkUsersExist(unit, [username])
  const removed = await unit.store.superAdmins.removeSuperAdmin(unit.app.id, username)
  if (removed) unit.emit({ type: 'superAdmin.removed', username })
}
