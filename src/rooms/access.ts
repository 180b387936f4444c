import type { App } from '../apps/app.ts'
import type { Caller } from '../events.ts'
import type { Failure } from '../failure.ts'
import { type Permitted, type Role, refusal, rightOf } from '../permissions.ts'
import type { Awaitable } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Unit } from '../unit.ts'
import { type Room, roomMissing } from './room.ts'

/** Who asks, of what app, and what is known: a unit, or a call that reads. */
export interface Asking {
  app: App
  caller: Caller
  store: Store
}

/** What a user is in a room; `other` when not in it. An owner who has left is the owner still. */
async function roleIn({ app, store }: Asking, room: Room, username: string): Promise<Role> {
  if (room.owner === username) return 'owner'
  const member = await store.members.findMember(app.id, room.id, username)
  if (!member) return 'other'
  return member.admin ? 'admin' : 'member'
}

/**
 * Fails with the operation's refusal unless the table gives the caller the right to it. `targets` are the users
 * that the call is about: a right to one's `own` asks that they are the caller alone. Answers the caller's role.
 */
export function authorise(
  asking: Asking,
  operation: Permitted,
  room?: Room,
  targets: string[] = [],
): Awaitable<Role> {
  const { caller } = asking
  return caller.kind === 'app' ? 'app' : authoriseUser(asking, caller.username, operation, room, targets)
}

async function authoriseUser(
  asking: Asking,
  username: string,
  operation: Permitted,
  room: Room | undefined,
  targets: string[],
): Promise<Role> {
  const own = targets.length > 0 && targets.every((target) => target === username)
  const may = (role: Role): boolean => {
    const right = rightOf(operation, role)
    return right === 'yes' || (right === 'own' && own)
  }
  const role = room ? await roleIn(asking, room, username) : 'other'
  if (may(role)) return role
  if (may('superAdmin') && (await asking.store.superAdmins.isSuperAdmin(asking.app.id, username)))
    return 'superAdmin'
  throw refusal(operation)
}

/** The room that a call reads, once the caller may. Fails with `missing` when the id names none. */
export async function roomToRead(
  asking: Asking,
  operation: Permitted,
  id: string,
  targets: string[] = [],
  missing: (id: string) => Failure = roomMissing,
): Promise<Room> {
  const room = await asking.store.rooms.findRoom(asking.app.id, id)
  if (!room) throw missing(id)
  await authorise(asking, operation, room, targets)
  return room
}

/** The room that an operation changes, held still until its unit ends, and what the caller is in it. */
export async function roomToChange(
  unit: Unit,
  operation: Permitted,
  id: string,
  targets: string[] = [],
): Promise<{ room: Room; role: Role }> {
  const room = await unit.store.rooms.holdRoom(unit.app.id, id)
  if (!room) throw roomMissing(id)
  return { room, role: await authorise(unit, operation, room, targets) }
}
