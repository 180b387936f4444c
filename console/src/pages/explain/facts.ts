import { type AppPath, api, call, isRefusal } from '../../api/client.ts'
import { roomOf } from '../../api/finds.ts'

/** What somebody is in a chat room, as the table of permissions calls it. */
export type Role = 'app' | 'superAdmin' | 'owner' | 'admin' | 'member' | 'other'

/** What is known of those that a call is about, beside what the server says of the call itself. */
export interface Facts {
  user: 'app' | 'there' | 'deactivated' | 'missing'
  /** Seconds for which the user is muted in all chat rooms; -1: for ever. */
  mutedSeconds: number
  /** Undefined where the call is about no chat room. */
  room: { name: string; state: 'there' | 'disabled' | 'missing' } | undefined
  role: Role
}

/** What a call gives, or nothing where it names what is not there. */
async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isRefusal(error, 404)) return undefined
    throw error
  }
}

async function isMember(app: AppPath, room: string, user: string): Promise<boolean> {
  // No call says whether one user is in a room: whether it could be removed does, and does nothing.
  const { data } = await call(
    api.POST('/{org_name}/{app_name}/explain', {
      params: { path: app },
      body: { action: 'removeMembers', room, params: { username: user } },
    }),
  )
  return data?.allowed ?? false
}

async function roleOf(app: AppPath, user: string, room: string, owner: string | undefined): Promise<Role> {
  if (user === '') return 'app'
  if (owner !== undefined) {
    if (user === owner) return 'owner'
    const at = { params: { path: { ...app, chatroom_id: room } } }
    const { data: admins = [] } = await call(
      api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/admin', at),
    )
    if (admins.includes(user)) return 'admin'
    if (await isMember(app, room, user)) return 'member'
  }
  const { data: superAdmins = [] } = await call(
    api.GET('/{org_name}/{app_name}/chatrooms/super_admin', {
      params: { path: app, query: { pagenum: 1, pagesize: 1000 } },
    }),
  )
  return superAdmins.includes(user) ? 'superAdmin' : 'other'
}

/** Reads what is known of a user and a room; the user is empty for the app itself, the room for none. */
export async function readFacts(app: AppPath, user: string, room: string): Promise<Facts> {
  const at = { params: { path: { ...app, username: user } } }
  const [found, known, mutes] = await Promise.all([
    room === '' ? undefined : roomOf(app, room),
    user === '' ? undefined : orNone(call(api.GET('/{org_name}/{app_name}/users/{username}', at))),
    user === '' ? undefined : orNone(call(api.GET('/{org_name}/{app_name}/mutes/{username}', at))),
  ])
  const entity = known?.entities?.[0]
  return {
    user: user === '' ? 'app' : !entity ? 'missing' : entity.activated ? 'there' : 'deactivated',
    mutedSeconds: Number(mutes?.data?.chatroom ?? 0),
    room:
      room === ''
        ? undefined
        : { name: found?.name ?? room, state: !found ? 'missing' : found.disabled ? 'disabled' : 'there' },
    role: await roleOf(app, user, room, found?.owner),
  }
}
