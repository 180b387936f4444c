import { Failure } from '../failure.ts'
import type { Unit } from '../unit.ts'
import { foldUsername, userMissing } from '../users/user.ts'
import {
  changedRoom,
  checkIdFree,
  checkTransfer,
  joinedTooMany,
  newRoom,
  type RoomChange,
  type RoomDraft,
  roomMissing,
  tooManyRooms,
} from './room.ts'

/**
 * Fails with `resource_not_found` for the first of `usernames` that is not registered. Keeps them from being deleted
 * meanwhile, and, where the app limits their rooms, from joining any other.
 */
async function checkUsersExist({ app, store }: Unit, usernames: string[]): Promise<void> {
  const known = await store.users.holdUsers(app.id, usernames, app.settings.roomsPerUser !== null)
  if (known.length === usernames.length) return
  const registered = new Set(known)
  for (const username of usernames) if (!registered.has(username)) throw userMissing(username)
}

/** Fails with `exceed_limit` for the first of `usernames` that is in as many rooms as the app allows. */
async function checkRoomsPerUser({ app, store }: Unit, usernames: string[]): Promise<void> {
  const quota = app.settings.roomsPerUser
  if (quota === null) return
  for (const username of usernames) {
    if ((await store.rooms.countJoined(app.id, username, quota)) >= quota) throw joinedTooMany(username)
  }
}

/** Creates a chat room (management page, "create a chat room") and answers its id. */
export async function createRoom(unit: Unit, draft: RoomDraft): Promise<{ id: string }> {
  const { app, store } = unit
  const { id: chosen, ...room } = newRoom(app.settings, draft)
  const everyone = [room.owner, ...room.members]
  await checkUsersExist(unit, everyone)
  if (chosen !== undefined) checkIdFree(chosen, (await store.rooms.findRoom(app.id, chosen)) !== undefined)
  await checkRoomsPerUser(unit, everyone)
  if (app.settings.rooms !== null && !(await store.quotas.takeQuota(app.id, 'rooms'))) throw tooManyRooms(app)
  const id = chosen ?? (await store.newId())
  await store.rooms.addRoom(app.id, { ...room, id, created: unit.tick() })
  unit.emit({ type: 'room.created', owner: room.owner, members: room.members }, id)
  return { id }
}

/** Changes name, description or ceiling of a room (management page, "update"). */
export async function changeRoom(unit: Unit, id: string, change: RoomChange): Promise<void> {
  const { app, store } = unit
  const room = await store.rooms.holdRoom(app.id, id)
  if (!room) throw roomMissing(id)
  await store.rooms.changeRoom(app.id, changedRoom(app.settings, room, change))
  unit.emit({ type: 'room.changed' }, id)
}

/** Makes `newowner` the owner (management page, "transfer"); the previous owner stays as a member. */
export async function transferRoom(unit: Unit, id: string, newowner: string): Promise<void> {
  const { app, store } = unit
  const room = await store.rooms.holdRoom(app.id, id)
  if (!room) throw roomMissing(id)
  const owner = foldUsername(newowner)
  await checkUsersExist(unit, [owner])
  const isMember = await store.rooms.isMember(app.id, id, owner)
  checkTransfer(app.settings, room, owner, isMember)
  if (!isMember) {
    await checkRoomsPerUser(unit, [owner])
    await store.rooms.addMembers(app.id, id, [owner], unit.tick())
  }
  await store.rooms.changeRoom(app.id, { ...room, owner })
  unit.emit({ type: 'room.transferred', from: room.owner, to: owner }, id)
}

/** Dissolves a room (management page, "dissolve"); an unknown id is a failure. */
export async function dissolveRoom(unit: Unit, id: string): Promise<void> {
  const { app, store } = unit
  if (!(await store.rooms.holdRoom(app.id, id))) throw roomMissing(id)
  await removeRoom(unit, id)
}

/** Removes a room that the unit holds, with everything in it. */
export async function removeRoom(unit: Unit, id: string): Promise<void> {
  const { app, store } = unit
  await store.rooms.removeRoom(app.id, id)
  if (app.settings.rooms !== null) await store.quotas.giveQuota(app.id, 'rooms')
  unit.emit({ type: 'room.dissolved' }, id)
}

/** Fails with `invalid_parameter` when a change names nothing to change. */
export function checkChangesSomething(change: RoomChange): void {
  if (Object.values(change).every((value) => value === undefined)) {
    throw new Failure('invalid_parameter', 'at least one of name, description, maxusers must be provided')
  }
}
