import type { Heard } from '../cluster/heard-rooms.ts'
import type { Device } from '../domain/device.ts'
import type { AppKeywords } from '../domain/keywords/matcher.ts'
import type { Tally } from '../domain/tally.ts'
import { noteMove } from './reading.ts'
import { type Connection, type LiveRoom, type LiveUser, type Login, type Moved, Session } from './session.ts'
import { discard, handOver, startAfter } from './waiting.ts'

const emptyRoom = (app: number, id: string, topic: string): LiveRoom => ({
  app,
  id,
  topic,
  users: new Set(),
  messages: 0,
  speech: undefined,
  meter: undefined,
  gets: undefined,
  noted: undefined,
  waiting: undefined,
  flow: undefined,
})

/** From now on a session gets what is written to a room, but nothing that already waits. */
function subscribe(session: Session, room: LiveRoom): void {
  session.socket.subscribe(room.topic)
  startAfter(room, session)
}

const deviceOf = ({ resource, deviceUuid, deviceName, connection }: Session): Device => ({
  res: resource,
  device_uuid: deviceUuid,
  device_name: deviceName,
  connected: Math.round(Date.now() - performance.now() + connection.openedMs),
})

const emptyUser = (login: Login, keywords: AppKeywords, tally: Tally): LiveUser => ({
  app: login.app.id,
  username: login.username,
  sessions: [],
  rooms: new Map(),
  keywords,
  reading: undefined,
  arriving: undefined,
  movedMs: undefined,
  mutes: undefined,
  superAdmin: undefined,
  meter: undefined,
  frames: tally.meter(`frames ${login.app.id}/${login.username}`),
})

/** Fills a map, and counts what is in it; what several threads have they count once. */
function counting<Value>(tally: Tally, what: string, own: Map<string, Value>) {
  let count = 0
  return {
    put(key: string, value: Value): void {
      own.set(key, value)
      if (tally.isShared && tally.counter(`${what} ${key}`).add(1) === 1) count += 1
    },
    drop(key: string): void {
      own.delete(key)
      if (tally.isShared && tally.counter(`${what} ${key}`).add(-1) === 0) count -= 1
    },
    count: (): number => (tally.isShared ? count : own.size),
  }
}

/** Who is connected to this node, and the rooms they are in: everything that is needed to deliver. */
export function liveState(
  keywordsOf: (app: number) => AppKeywords,
  others: Pick<Heard, 'hear' | 'ignore'>,
  tally: Tally,
) {
  const users = new Map<string, LiveUser>()
  const rooms = new Map<string, LiveRoom>()
  const all = { users: counting(tally, 'user', users), rooms: counting(tally, 'members', rooms) }

  function enter(user: LiveUser, id: string): LiveRoom {
    const topic = `${user.app}/${id}`
    let room = rooms.get(topic)
    if (!room) {
      room = emptyRoom(user.app, id, topic)
      all.rooms.put(topic, room)
    }
    if (!room.users.has(user)) {
      others.hear(topic)
      room.users.add(user)
      user.rooms.set(id, room)
      for (const session of user.sessions) subscribe(session, room)
    }
    return room
  }

  function quit(user: LiveUser, room: LiveRoom, subscribed: boolean): void {
    if (subscribed) for (const session of user.sessions) handOver(room, session)
    user.rooms.delete(room.id)
    room.users.delete(user)
    if (subscribed) for (const { socket } of user.sessions) socket.unsubscribe(room.topic)
    if (room.users.size > 0) return
    discard(room)
    all.rooms.drop(room.topic)
    others.ignore(room.topic)
  }

  return {
    users,
    rooms,
    /** How many users and rooms there are; the sum of these is that of the process. */
    counts: () => ({ users: all.users.count(), rooms: all.rooms.count() }),
    user: (app: number, username: string): LiveUser | undefined => users.get(`${app}/${username}`),
    /** The devices with which a user is connected. */
    devices: (app: number, username: string): Device[] =>
      (users.get(`${app}/${username}`)?.sessions ?? []).map(deviceOf),
    room: (app: number, id: string): LiveRoom | undefined => rooms.get(`${app}/${id}`),

    /** Makes a session of a connection; returns whether it is its user's first. */
    add(connection: Connection, login: Login): { session: Session; isFirst: boolean } {
      const key = `${login.app.id}/${login.username}`
      const known = users.get(key)
      const user = known ?? emptyUser(login, keywordsOf(login.app.id), tally)
      if (!known) all.users.put(key, user)
      const session = new Session(connection, user, login)
      connection.session = session
      user.sessions.push(session)
      for (const room of user.rooms.values()) subscribe(session, room)
      return { session, isFirst: !known }
    },

    /** Removes a session that has ended. */
    remove(session: Session): void {
      const { user } = session
      const index = user.sessions.indexOf(session)
      if (index >= 0) user.sessions.splice(index, 1)
      if (user.sessions.length > 0) return
      for (const room of user.rooms.values()) quit(user, room, false)
      all.users.drop(`${user.app}/${user.username}`)
    },

    /** Puts a user of this node into a room. */
    enter(user: LiveUser, id: string): LiveRoom {
      noteMove(user, id, true)
      return enter(user, id)
    },

    /** Takes a user of this node out of a room. */
    leave(user: LiveUser, id: string): void {
      noteMove(user, id, false)
      const room = user.rooms.get(id)
      if (room) quit(user, room, true)
    },

    /** Makes a user's rooms those that the store has: `ids`, but for those it joined and left since they were read. */
    settle(user: LiveUser, ids: string[], moved: Moved): void {
      const stays = new Set(ids.filter((id) => moved.get(id) !== false))
      for (const [id, isMember] of moved) if (isMember) stays.add(id)
      for (const room of [...user.rooms.values()]) if (!stays.has(room.id)) quit(user, room, true)
      for (const id of stays) enter(user, id)
    },
  }
}

export type Live = ReturnType<typeof liveState>
