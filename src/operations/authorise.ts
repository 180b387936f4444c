import type { App } from '../domain/app.ts'
import type { Caller } from '../domain/event.ts'
import type { Role } from '../domain/role.ts'
import type { Room } from '../domain/room.ts'
import type { Awaitable } from '../store/database.ts'
import type { ReadStore } from '../store/store.ts'
import type { Allowed } from './allowed.ts'

/** Who calls, in what app. */
interface Asking {
  app: App
  caller: Caller
  store: ReadStore
}

/** The role of a user in a room; `other` when it is not in the room. An owner who has left remains the owner. */
async function roleIn({ app, store }: Asking, room: Room, username: string): Promise<Role> {
  if (room.owner === username) return 'owner'
  const member = await store.members.findMember(app.id, room.id, username)
  if (!member) return 'other'
  return member.admin ? 'admin' : 'member'
}

/**
 * Fails with the operation's refusal unless the caller has the right to it. `about` are the users that the call is
 * about: a right to one's `own` needs that they are the caller alone. Returns the caller's role.
 */
export function authorise(
  asking: Asking,
  allowed: Allowed,
  room?: Room,
  about: string[] = [],
): Awaitable<Role> {
  const { caller } = asking
  return caller.kind === 'app' ? 'app' : authoriseUser(asking, caller.username, allowed, room, about)
}

async function authoriseUser(
  asking: Asking,
  username: string,
  { rights, refusal }: Allowed,
  room: Room | undefined,
  about: string[],
): Promise<Role> {
  const isOwn = about.length > 0 && about.every((user) => user === username)
  const may = (role: Role): boolean => rights[role] === 'yes' || (rights[role] === 'own' && isOwn)
  const role = room ? await roleIn(asking, room, username) : 'other'
  if (may(role)) return role
  if (may('superAdmin') && (await asking.store.superAdmins.isSuperAdmin(asking.app.id, username)))
    return 'superAdmin'
  throw refusal({ usernames: username })
}
