import type { Json } from './json.ts'
import { until } from './until.ts'

export const people = ['alice', 'bob', 'carol', 'dave']

/** What a room should be. */
export interface Kept {
  id: string
  state: 'alive' | 'dissolved'
  name: string
  owner: string
  /** Without the owner; in the order of their names, as all lists are. */
  members: string[]
  admins: string[]
  muted: string[]
  isQuiet: boolean
  announcement: string
  keep: boolean
  /** All that could be read of it when it was last looked at, and whether it was dissolved since. */
  all: Json
  wasDissolved: boolean
}

/** What is read of a room. */
export interface Seen extends Omit<Kept, 'id' | 'wasDissolved'> {
  /** Whether it is about to go. */
  expires: boolean
}

type Call = (method: string, path: string, body?: object) => Promise<{ status: number; body: Json }>

const gone: Omit<Kept, 'id' | 'wasDissolved'> = {
  state: 'dissolved',
  name: '',
  owner: '',
  members: [],
  admins: [],
  muted: [],
  isQuiet: false,
  announcement: '',
  keep: false,
  all: {},
}

/** Reads a room by every call that shows something of it. */
export async function readRoom(call: Call, id: string): Promise<Seen> {
  const path = `/chatrooms/${id}`
  const details = await call('GET', path)
  if (details.status === 404) return { ...gone, expires: false }
  const asked = ['admin', 'mute', 'blocks/users', 'white/users', 'announcement', 'share_files', 'lifecycle']
  const replies = await Promise.all([
    ...asked.map((what) => call('GET', `${path}/${what}`)),
    call('GET', `${path}/users?joined_time=true&limit=50`),
    call('POST', `/metadata/chatroom/${id}`, { keys: [] }),
  ])
  // It went while it was read.
  if (replies.some(({ status }) => status !== 200)) return readRoom(call, id)
  const data = replies.map(({ body }) => body.data)
  const [admins, muted, , , { announcement }, , { keep, expires_at }] = data
  const { data: room } = details.body
  return {
    state: 'alive',
    name: room.name,
    owner: room.owner,
    members: room.affiliations.flatMap(({ member }: Json) => member ?? []).sort(),
    admins: admins.toSorted(),
    muted: muted.map(({ user }: Json) => user).sort(),
    isQuiet: room.mute,
    announcement,
    keep,
    expires: expires_at > 0,
    // An end that has passed is none where a room comes back.
    all: { room, lists: data.filter((_, n) => asked[n] !== 'lifecycle') },
  }
}

/** What the model says of a room, and what is seen: to be compared. */
export function shownOf({ state, ...room }: Kept | Seen) {
  if (state === 'dissolved') return { state }
  const { name, owner, members, admins, muted, isQuiet, announcement, keep } = room
  return { state, name, owner, members, admins, muted, isQuiet, announcement, keep }
}

/** Waits for a room that is about to go. */
export const isGone = (look: (id: string) => Promise<Seen>, id: string): Promise<void> =>
  until(async () => (await look(id)).state === 'dissolved')

const withUser = (users: string[], user: string): string[] => [...new Set([...users, user])].sort()
const without = (users: string[], user: string): string[] => users.filter((each) => each !== user)

const added = (room: Kept, user: string): Kept =>
  user === room.owner ? room : { ...room, members: withUser(room.members, user) }

const removed = (room: Kept, user: string): Kept => ({
  ...room,
  members: without(room.members, user),
  admins: without(room.admins, user),
})

const handedTo = (room: Kept, user: string): Kept => ({
  ...room,
  owner: user,
  members: withUser(without(room.members, user), room.owner),
  admins: without(room.admins, user),
})

const dissolved = (room: Kept): Kept => ({ ...room, state: 'dissolved', wasDissolved: true })

/** A call that changes a room, and what that is then. */
export interface Change {
  call: [method: string, path: string, body: object | undefined]
  after: Kept
}

/** Everything that may be done to a room as it is, and with a user. */
function changesOf(room: Kept, user: string): Change[] {
  const path = `/chatrooms/${room.id}`
  const change = (method: string, rest: string, after: Partial<Kept>, body?: object): Change => ({
    call: [method, path + rest, body],
    after: { ...room, ...after },
  })
  if (room.state === 'dissolved') return [change('POST', '/restore', { state: 'alive' })]
  const isMember = room.members.includes(user)
  const name = `${room.name.split(' ')[0]} ${user}`
  const muted = { usernames: [user], mute_duration: -1 }
  const always = [
    change('DELETE', '', dissolved(room)),
    change('DELETE', '', dissolved(room)),
    change('PUT', '', { name }, { name }),
    change('POST', '/announcement', { announcement: user }, { announcement: user }),
    change(room.isQuiet ? 'DELETE' : 'POST', '/ban', { isQuiet: !room.isQuiet }),
    change('PUT', '/lifecycle', { keep: !room.keep }, room.keep ? {} : { keep: true }),
    change('PUT', '/lifecycle', { ...dissolved(room), keep: false }, { expires_at: Date.now() + 1 }),
  ]
  if (isMember)
    always.push(
      change('DELETE', `/users/${user}`, removed(room, user)),
      change('POST', '/mute', { muted: withUser(room.muted, user) }, muted),
      change('PUT', '', handedTo(room, user), { newowner: user }),
    )
  else if (user !== room.owner)
    always.push(change('POST', '/users', added(room, user), { usernames: [user] }))
  if (isMember && !room.admins.includes(user))
    always.push(change('POST', '/admin', { admins: withUser(room.admins, user) }, { newadmin: user }))
  return always
}

export const changes = {
  /** One of the changes that a room allows. */
  of(room: Kept, wanted: number, user: string): Change | undefined {
    const all = changesOf(room, user)
    return all[wanted % all.length]
  },

  /** A room that is to be created. */
  create(name: string): { draft: object; room: Kept } {
    const draft = { name, description: 'd', owner: 'alice', members: ['bob'] }
    const room = { ...gone, id: '', state: 'alive', name, owner: 'alice', members: ['bob'] } as const
    return { draft, room: { ...room, members: ['bob'], wasDissolved: false } }
  },
}

interface Bulk {
  asked(user: string): object
  after(room: Kept, user: string): Kept
  /** Whether the rules refuse it to a room that is there. */
  refuses?(room: Kept, user: string): boolean
}

/** What each action of a bulk job does to a room. */
export const afterBulk: Record<string, Bulk> = {
  dissolve: { asked: () => ({}), after: dissolved },
  modify: {
    asked: (user) => ({ change: { name: `bulk ${user}` } }),
    after: (room, user) => ({ ...room, name: `bulk ${user}` }),
  },
  mute: { asked: () => ({}), after: (room) => ({ ...room, isQuiet: true }) },
  add_members: { asked: (user) => ({ usernames: [user] }), after: added },
  remove_members: { asked: (user) => ({ usernames: [user] }), after: removed },
  transfer: {
    asked: (user) => ({ newowner: user }),
    after: handedTo,
    refuses: ({ owner, members }, user) => user === owner || !members.includes(user),
  },
}
