import { Failure } from '../failure.ts'
import type { Unit } from '../unit.ts'
import { foldUsername } from '../users/user.ts'
import { authorise, roomToChange } from './access.ts'
import { checkRoomsPerUser, checkUsersExist, isBlocked } from './people.ts'
import {
  changedRoom,
  checkIdFree,
  checkTransfer,
  joinedTooMany,
  newRoom,
  type RoomChange,
  type RoomDraft,
  tooManyRooms,
} from './room.ts'

/**
 * Creates a chat room (management page, "create a chat room") and answers its id. A user that creates one
 * is its owner, whatever the draft says.
 */
export async function createRoom(unit: Unit, draft: RoomDraft): Promise<{ id: string }> {
  const { app, caller, store } = unit
  await authorise(unit, 'createRoom')
  const owner = caller.kind === 'app' ? draft.owner : caller.username
  const { id: chosen, ...room } = newRoom(app.settings, { ...draft, owner })
  const everyone = [room.owner, ...room.members]
  await checkUsersExist(unit, everyone)
  if (chosen !== undefined) checkIdFree(chosen, await store.rooms.isUsed(app.id, chosen))
  await checkRoomsPerUser(unit, everyone, joinedTooMany)
  if (app.settings.rooms !== null && (await store.quotas.takeQuota(app.id, 'rooms', 1)) === 0)
    throw tooManyRooms(app)
  const id = chosen ?? (await store.newId())
  if (chosen !== undefined) await store.rooms.useId(app.id, chosen)
  await store.rooms.addRoom(app.id, { ...room, id, created: unit.tick() })
  unit.emit({ type: 'room.created', owner: room.owner, members: room.members }, id)
  return { id }
}

/** Changes name, description or ceiling of a room (management page, "update"). */
export async function changeRoom(unit: Unit, id: string, change: RoomChange): Promise<void> {
  const { app, store } = unit
  const { room } = await roomToChange(unit, 'changeRoom', id)
  await store.rooms.changeRoom(app.id, changedRoom(app.settings, room, change))
  unit.emit({ type: 'room.changed', change }, id)
}

/** Makes `newowner` the owner (management page, "transfer"); the previous owner stays as a member. */
export async function transferRoom(unit: Unit, id: string, newowner: string): Promise<void> {
  const { app, store } = unit
  const owner = foldUsername(newowner)
  const { room } = await roomToChange(unit, 'transferRoom', id, [owner])
  await checkUsersExist(unit, [owner])
  const isMember = await store.rooms.isMember(app.id, id, owner)
  checkTransfer(app.settings, room, owner, isMember)
  if (!isMember) {
    if ((await store.lists.blockedAmong(app.id, id, [owner])).length > 0) throw isBlocked(owner)
    await checkRoomsPerUser(unit, [owner], joinedTooMany)
    const memberCount = await store.rooms.addMembers(app.id, id, [owner], unit.tick())
    unit.emit({ type: 'member.joined', usernames: [owner], memberCount }, id)
  }
  await store.rooms.changeRoom(app.id, { ...room, owner })
  await store.members.setAdmin(app.id, id, owner, false)
  await store.members.ownerIsIn(app.id, id)
  unit.emit({ type: 'room.transferred', from: room.owner, to: owner }, id)
}

/** Dissolves a room (management page, "dissolve"); an unknown id is a failure. */
export async function dissolveRoom(unit: Unit, id: string): Promise<void> {
  await roomToChange(unit, 'dissolveRoom', id)
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
