import type { AppSettings } from '../../src/domain/app-settings.ts'
import type { Reply, TestApp } from './server.ts'

/** One call, in the terms of the model; `room` counts rooms in the order in which they came to be. */
export type Op =
  | { do: 'register'; names: string[] }
  | { do: 'delete user'; name: string }
  | { do: 'delete users'; limit: number }
  | { do: 'create'; owner: string; members: string[]; maxusers?: number; roomid?: string }
  | { do: 'change'; room: number; maxusers?: number; name?: string }
  | { do: 'transfer'; room: number; to: string }
  | { do: 'dissolve'; room: number }
  | { do: 'restore'; room: number; owner?: string | undefined }
  | { do: 'dissolved' }
  | { do: 'add'; room: number; names: string[] }
  | { do: 'remove'; room: number; name: string }
  | { do: 'put on' | 'take off'; room: number; name: string; list: List }
  | { do: 'details'; room: number }
  | { do: 'list'; limit: number }
  | { do: 'joined'; name: string }

/** Roles and lists that a user can be put on in a room. */
export type List = 'admins' | 'muted' | 'blocked' | 'allowed'
const lists: List[] = ['admins', 'muted', 'blocked', 'allowed']

/** The path of a list, and what to send to put somebody on it by name rather than by path. */
const wire: Record<List, { path: string; body?: (name: string) => object }> = {
  admins: { path: 'admin', body: (newadmin) => ({ newadmin }) },
  muted: { path: 'mute', body: (name) => ({ usernames: [name], mute_duration: -1 }) },
  blocked: { path: 'blocks/users' },
  allowed: { path: 'white/users' },
}

interface ModelRoom {
  id: string
  name: string
  maxusers: number
  owner: string
  /** Everybody in it, the owner included, and when they joined. */
  people: Map<string, number>
  /** When it was created. */
  created: number
  /** Once it is dissolved: whether its owner was deleted since then, and how many were in it. */
  isOrphan: boolean
  size: number
  lists: Record<List, Set<string>>
}

/** What an app should hold: written as simply as can be, to be compared with what the server holds. */
export interface Model {
  settings: Pick<AppSettings, 'dialect' | 'rooms' | 'roomsPerUser' | 'users' | 'maxusers' | 'ownerSuccession'>
  /** Ids that were chosen; each is given once. */
  chosen: Set<string>
  /** Registration time by name. */
  users: Map<string, number>
  /** The newest first. */
  rooms: ModelRoom[]
  /** Those that can be restored, the latest first. */
  dissolved: ModelRoom[]
  /** Counts who joins, and rooms. */
  ticks: number
}

export const pathOf = (
  op: Op,
  idOf: (room: number) => string,
): [method: string, path: string, body?: unknown] => {
  switch (op.do) {
    case 'register':
      return ['POST', '/users', op.names.map((username) => ({ username }))]
    case 'delete user':
      return ['DELETE', `/users/${op.name}`]
    case 'delete users':
      return ['DELETE', `/users?limit=${op.limit}`]
    case 'create': {
      const { owner, members, maxusers, roomid } = op
      const some = members.length > 0 ? { members } : {}
      return ['POST', '/chatrooms', { name: 'new', description: '', owner, maxusers, roomid, ...some }]
    }
    case 'change':
      return ['PUT', `/chatrooms/${idOf(op.room)}`, { name: op.name, maxusers: op.maxusers }]
    case 'transfer':
      return ['PUT', `/chatrooms/${idOf(op.room)}`, { newowner: op.to }]
    case 'dissolve':
      return ['DELETE', `/chatrooms/${idOf(op.room)}`]
    case 'restore':
      return ['POST', `/chatrooms/${idOf(op.room)}/restore${op.owner ? `?owner=${op.owner}` : ''}`]
    case 'dissolved':
      return ['GET', '/chatrooms/deleted']
    case 'add':
      return ['POST', `/chatrooms/${idOf(op.room)}/users`, { usernames: op.names }]
    case 'remove':
      return ['DELETE', `/chatrooms/${idOf(op.room)}/users/${op.name}`]
    case 'put on': {
      const { path, body } = wire[op.list]
      const list = `/chatrooms/${idOf(op.room)}/${path}`
      return body ? ['POST', list, body(op.name)] : ['POST', `${list}/${op.name}`]
    }
    case 'take off':
      return ['DELETE', `/chatrooms/${idOf(op.room)}/${wire[op.list].path}/${op.name}`]
    case 'details':
      return ['GET', `/chatrooms/${idOf(op.room)}`]
    case 'list':
      return ['GET', `/chatrooms?limit=${op.limit}`]
    case 'joined':
      return ['GET', `/users/${op.name}/joined_chatrooms`]
  }
}

/** The content of a reply, in the form in which the model predicts it. */
export function outcomeOf(op: Op, { status, body }: Reply): unknown {
  if (status !== 200) {
    const text: string = body.error_description
    if (text.startsWith('You have exceeded')) return `${status} quota of users`
    if (text.endsWith('has create too many chatrooms!')) return `${status} quota of rooms`
    if (text.startsWith('Application')) return `${status} taken`
    return `${status} ${text}`
  }
  switch (op.do) {
    case 'register':
      return body.entities.map((user: { username: string }) => user.username)
    case 'delete user':
    case 'delete users':
      return body.entities.map((user: { username: string }) => user.username)
    case 'create':
    case 'change':
    case 'transfer':
    case 'dissolve':
    case 'restore':
    case 'add':
    case 'remove':
    case 'put on':
    case 'take off':
      return 'done'
    case 'details':
      return shown(Array.isArray(body.data) ? body.data[0] : body.data)
    case 'list':
    case 'dissolved':
      return body.data.map((room: Record<string, unknown>) => [room.id, room.owner, room.affiliations_count])
    case 'joined':
      return body.data.map((room: { id: string }) => room.id)
  }
}

interface WireRoom {
  id: string
  name: string
  maxusers: number
  owner: string
  affiliations_count: number
  affiliations: { owner?: string; member?: string }[]
}

/** Details of a room, in the form in which the model holds them. */
export const shown = (room: WireRoom) => [
  room.id,
  room.name,
  room.maxusers,
  room.owner,
  room.affiliations_count,
  room.affiliations.map(({ owner, member }) => (owner ? `owner ${owner}` : `member ${member}`)).toSorted(),
]

const foretold = ({ id, name, maxusers, owner, people }: ModelRoom) => [
  id,
  name,
  maxusers,
  owner,
  people.size,
  [...people.keys()].map((each) => (each === owner ? `owner ${each}` : `member ${each}`)).toSorted(),
]

const unknownUser = (name: string) => `404 username ${name} doesn't exist!`
const quota = (text: string) => `403 ${text}`

/** Who joins in one call joins at one moment. */
function joins(model: Model, room: ModelRoom, ...names: string[]): void {
  model.ticks += 1
  for (const name of names) room.people.set(name, model.ticks)
}

/** Ids of the rooms that a user is in, the most recently joined first. */
const joinedBy = (model: Model, name: string): string[] =>
  model.rooms
    .filter(({ people }) => people.has(name))
    .toSorted((a, b) => (b.people.get(name) ?? 0) - (a.people.get(name) ?? 0))
    .map(({ id }) => id)

function leaves(room: ModelRoom, name: string): void {
  room.people.delete(name)
  for (const list of ['admins', 'allowed'] as const) room.lists[list].delete(name)
}

function dissolve(model: Model, room: ModelRoom): void {
  model.rooms.splice(model.rooms.indexOf(room), 1)
  room.size = room.people.size
  model.dissolved.unshift(room)
}

/** Whether a room has another owner, after the rule of the app. */
function handToSuccessor(model: Model, room: ModelRoom): boolean {
  const rule = model.settings.ownerSuccession
  if (rule === 'dissolve') return false
  const named = rule.startsWith('user:') ? rule.slice('user:'.length) : ''
  const others = [...room.people.keys()].filter((name) => name !== room.owner)
  const isFull = others.length >= room.maxusers
  const canCome = !room.lists.blocked.has(named) && !full(model, named) && !isFull
  const takesOver =
    named !== room.owner && model.users.has(named) && (room.people.has(named) || canCome) ? [named] : []
  const oldest = others.toSorted().toSorted((a, b) => (room.people.get(a) ?? 0) - (room.people.get(b) ?? 0))
  const admins = rule === 'oldest_member' ? [] : oldest.filter((name) => room.lists.admins.has(name))
  const [owner] = [...takesOver, ...admins, ...oldest]
  if (owner === undefined) return false
  if (!room.people.has(owner)) joins(model, room, owner)
  room.owner = owner
  room.lists.admins.delete(owner)
  return true
}

function deleteUser(model: Model, name: string): void {
  const owned = model.rooms.filter(({ owner }) => owner === name)
  for (const room of owned.toSorted((a, b) => a.created - b.created))
    if (!handToSuccessor(model, room)) dissolve(model, room)
  for (const room of [...model.rooms, ...model.dissolved]) {
    room.people.delete(name)
    for (const list of lists) room.lists[list].delete(name)
  }
  for (const room of model.dissolved) if (room.owner === name) room.isOrphan = true
  model.users.delete(name)
}

const oldestFirst = (model: Model): string[] =>
  [...model.users].toSorted(([a, at], [b, bt]) => at - bt || (a < b ? -1 : 1)).map(([name]) => name)

const full = (model: Model, name: string): boolean =>
  model.settings.roomsPerUser !== null && joinedBy(model, name).length >= model.settings.roomsPerUser

const isBlocked = (name: string) => quota(`can not join this group, reason:user ${name} is in the blacklist`)

/** Adds users to a room, all or none; returns why not. */
function comeIn(model: Model, room: ModelRoom, names: string[]): string | undefined {
  for (const name of names) if (!model.users.has(name)) return unknownUser(name)
  const added = names.filter((name) => !room.people.has(name))
  const blocked = added.toSorted().find((name) => room.lists.blocked.has(name))
  if (blocked) return isBlocked(blocked)
  if (room.people.size + added.length > room.maxusers && added.length > 0)
    return quota('group member list is full!')
  for (const name of added)
    if (full(model, name))
      return quota(`can not join this group, reason:user ${name} has joined too many chatrooms!`)
  joins(model, room, ...added)
  return undefined
}

const ownerIsSafe = quota('forbidden operation on group owner!')
const notIn = (status: number, name: string) => `${status} users [${name}] are not members of this group!`

function putOn(model: Model, room: ModelRoom, list: List, name: string): string {
  const isMember = room.people.has(name)
  if (list === 'admins') {
    if (!model.users.has(name)) return unknownUser(name)
    if (name === room.owner) return ownerIsSafe
    const refused = comeIn(model, room, [name])
    if (refused) return refused
  }
  if (list === 'blocked') {
    if (name === room.owner) return ownerIsSafe
    if (!isMember) return notIn(403, name)
    leaves(room, name)
  }
  if ((list === 'muted' || list === 'allowed') && !isMember) return notIn(400, name)
  room.lists[list].add(name)
  return 'done'
}

function takeOff(model: Model, room: ModelRoom, list: List, name: string): string {
  if (list === 'admins') {
    if (!model.users.has(name)) return unknownUser(name)
    if (!room.lists.admins.has(name)) return quota(`user:${name} is not admin of group:${room.id}`)
  }
  room.lists[list].delete(name)
  return 'done'
}

/** Undoes a dissolve; answers why not. */
function restore(model: Model, id: string, asked: string | undefined): string | undefined {
  const { settings, users } = model
  const room = model.dissolved.find((each) => each.id === id)
  if (!room) return `404 no dissolved chat room ${id} can be restored`
  for (const name of [...room.people.keys()].toSorted())
    if (full(model, name)) return quota(`user ${name} has joined too many chatrooms!`)
  if (settings.rooms !== null && model.rooms.length >= settings.rooms) return '403 quota of rooms'
  const isHandedOver = asked === undefined && room.isOrphan && handToSuccessor(model, room)
  if (asked === undefined && room.isOrphan && !isHandedOver) return unknownUser(room.owner)
  if (isHandedOver) room.isOrphan = false
  const owner = asked ?? room.owner
  const changes = owner !== room.owner || room.isOrphan
  if (changes && !users.has(owner)) return unknownUser(owner)
  if (changes && !room.people.has(owner)) {
    if (room.people.size >= room.maxusers) return quota('members size is greater than max user size !')
    if (room.lists.blocked.has(owner)) return isBlocked(owner)
    if (full(model, owner)) return quota(`user ${owner} has joined too many chatrooms!`)
    joins(model, room, owner)
  }
  if (changes) room.lists.admins.delete(owner)
  Object.assign(room, { owner, isOrphan: false })
  model.dissolved.splice(model.dissolved.indexOf(room), 1)
  model.rooms.push(room)
  model.rooms.sort((a, b) => b.created - a.created)
  return undefined
}

/** Changes the model as `op` should, and foretells the outcome. Ids and times that the server gives come from `reply`. */
export function apply(model: Model, op: Op, idOf: (room: number) => string, reply: Reply): unknown {
  const { settings, users } = model
  const find = (room: number) => model.rooms.find(({ id }) => id === idOf(room))
  switch (op.do) {
    case 'register': {
      const names = [...new Set(op.names)]
      const fresh: string[] = []
      for (const name of names) {
        if (settings.users !== null && users.size + fresh.length >= settings.users)
          return '429 quota of users'
        if (!users.has(name)) fresh.push(name)
      }
      if (names.length === 1 && fresh.length === 0) return '400 taken'
      for (const { username, created } of reply.body.entities ?? []) users.set(username, created)
      return fresh
    }
    case 'delete user':
      if (!users.has(op.name)) return '404 Service resource not found'
      deleteUser(model, op.name)
      return [op.name]
    case 'delete users': {
      const names = oldestFirst(model).slice(0, op.limit)
      for (const name of names) deleteUser(model, name)
      return names
    }
    case 'create': {
      const members = [...new Set(op.members)].filter((name) => name !== op.owner)
      const everyone = [op.owner, ...members]
      const maxusers = op.maxusers ?? Math.min(1000, settings.maxusers)
      if (maxusers > settings.maxusers) return quota(`maxUsers cannot exceed ${settings.maxusers}`)
      if (everyone.length > maxusers) return quota('members size is greater than max user size !')
      for (const name of everyone) if (!users.has(name)) return unknownUser(name)
      if (op.roomid !== undefined && model.chosen.has(op.roomid))
        return `400 group ID ${op.roomid} already exists!`
      for (const name of everyone)
        if (full(model, name)) return quota(`user ${name} has joined too many chatrooms!`)
      if (settings.rooms !== null && model.rooms.length >= settings.rooms) return '403 quota of rooms'
      const room = {
        id: reply.body.data?.id,
        name: 'new',
        maxusers,
        owner: op.owner,
        people: new Map<string, number>(),
        created: ++model.ticks,
        isOrphan: false,
        size: 0,
        lists: { admins: new Set(), muted: new Set(), blocked: new Set(), allowed: new Set() } as Record<
          List,
          Set<string>
        >,
      }
      model.rooms.unshift(room)
      if (op.roomid !== undefined) model.chosen.add(op.roomid)
      joins(model, room, ...everyone)
      return 'done'
    }
    case 'change': {
      if (op.name === undefined && op.maxusers === undefined)
        return '400 at least one of name, description, maxusers must be provided'
      const room = find(op.room)
      if (!room) return `404 grpID ${idOf(op.room)} does not exist!`
      if (op.maxusers !== undefined) {
        if (op.maxusers > settings.maxusers) return quota(`maxUsers cannot exceed ${settings.maxusers}`)
        if (op.maxusers < room.people.size)
          return quota('current user count is larger than the maxUsers that you want to update !')
      }
      room.name = op.name ?? room.name
      room.maxusers = op.maxusers ?? room.maxusers
      return 'done'
    }
    case 'transfer': {
      const room = find(op.room)
      if (!room) return `404 grpID ${idOf(op.room)} does not exist!`
      if (!users.has(op.to)) return unknownUser(op.to)
      if (room.owner === op.to) return quota('new owner and old owner are the same')
      if (!room.people.has(op.to)) {
        if (settings.dialect === 'docs') return quota(`user: ${op.to} doesn't exist in group: ${room.id}`)
        if (room.people.size >= room.maxusers) return quota('members size is greater than max user size !')
        if (room.lists.blocked.has(op.to)) return isBlocked(op.to)
        if (full(model, op.to)) return quota(`user ${op.to} has joined too many chatrooms!`)
        joins(model, room, op.to)
      }
      room.owner = op.to
      room.lists.admins.delete(op.to)
      return 'done'
    }
    case 'add': {
      const room = find(op.room)
      if (!room) return `404 grpID ${idOf(op.room)} does not exist!`
      return comeIn(model, room, [...new Set(op.names)]) ?? 'done'
    }
    case 'remove': {
      const room = find(op.room)
      if (!room) return `404 grpID ${idOf(op.room)} does not exist!`
      if (!users.has(op.name)) return unknownUser(op.name)
      if (!room.people.has(op.name)) return notIn(400, op.name)
      if (op.name === room.owner) return ownerIsSafe
      leaves(room, op.name)
      return 'done'
    }
    case 'put on':
    case 'take off': {
      const room = find(op.room)
      if (!room) return `404 grpID ${idOf(op.room)} does not exist!`
      return op.do === 'put on'
        ? putOn(model, room, op.list, op.name)
        : takeOff(model, room, op.list, op.name)
    }
    case 'dissolve': {
      const room = find(op.room)
      if (!room) return `404 grpID ${idOf(op.room)} does not exist!`
      dissolve(model, room)
      return 'done'
    }
    case 'restore': {
      const id = idOf(op.room)
      return restore(model, id, op.owner) ?? 'done'
    }
    case 'dissolved':
      return model.dissolved.map(({ id, owner, size }) => [id, owner, size])
    case 'details': {
      const room = find(op.room)
      return room ? foretold(room) : `404 do not find this group:${idOf(op.room)}`
    }
    case 'list':
      return model.rooms.slice(0, op.limit).map(({ id, owner, people }) => [id, owner, people.size])
    case 'joined':
      return users.has(op.name) ? joinedBy(model, op.name) : unknownUser(op.name)
  }
}

/** The roles and lists of a room, as they are read from the server. */
export async function listsOf(app: TestApp, id: string): Promise<string[][]> {
  const read = lists.map(async (list) => {
    const { body } = await app.call('GET', `/chatrooms/${id}/${wire[list].path}`)
    return (body.data ?? []).map((row: string | { user: string }) =>
      typeof row === 'string' ? row : row.user,
    )
  })
  return Promise.all(read)
}

/**
 * Everything that the model holds, in the form in which it is read from the server; roles and lists of the rooms
 * `touched` alone.
 */
export const stateOf = (model: Model, touched: string[]) => ({
  lists: touched.map((id) => {
    const room = model.rooms.find((each) => each.id === id)
    return lists.map((list) => {
      const names = [...(room?.lists[list] ?? [])]
      if (!room || list !== 'allowed') return names.toSorted()
      // The owner and the admins are on it without being put there.
      return [...new Set([room.owner, ...[...room.lists.admins].toSorted(), ...names.toSorted()])]
    })
  }),
  users: oldestFirst(model),
  rooms: model.rooms.map(foretold),
  joined: [...model.users.keys()].toSorted().map((name) => [name, joinedBy(model, name)]),
})
