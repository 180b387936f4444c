import type { AppRecord } from '../domain/app.ts'
import { Meter } from '../domain/meter.ts'
import type { Connection, Session } from './session.ts'
import type { Speech } from './speech.ts'

/** A user with at least one connection to this node, and the rooms that it is in. */
export interface LiveUser {
  readonly app: number
  readonly username: string
  readonly sessions: Session[]
  readonly rooms: Map<string, LiveRoom>
  /** While the user's rooms are read: joins (true) and leaves that were heard of meanwhile. */
  heard: Map<string, boolean> | undefined
  /** Messages of this user, for the app's limit. */
  meter: Meter | undefined
  /** Frames, pings and pongs of all its connections. */
  readonly frames: Meter
}

/** A room with at least one member that is connected to this node. */
export interface LiveRoom {
  readonly app: number
  readonly id: string
  /** Whoever is in the room subscribes to this; a message is written once and goes to all of them. */
  readonly topic: string
  readonly users: Set<LiveUser>
  /** Who may speak, once it was needed; dropped when it changes. */
  speech: Speech | Promise<Speech | undefined> | undefined
  /** Messages of this room, for the app's limit. */
  meter: Meter | undefined
}

/** Who is connected to this node, and the rooms they are in: everything that is needed to deliver. */
export function liveState() {
  const users = new Map<string, LiveUser>()
  const rooms = new Map<string, LiveRoom>()

  function enter(user: LiveUser, id: string): LiveRoom {
    const topic = `${user.app}/${id}`
    let room = rooms.get(topic)
    if (!room) {
      room = { app: user.app, id, topic, users: new Set(), speech: undefined, meter: undefined }
      rooms.set(topic, room)
    }
    if (!room.users.has(user)) {
      room.users.add(user)
      user.rooms.set(id, room)
      for (const { socket } of user.sessions) socket.subscribe(topic)
    }
    return room
  }

  function quit(user: LiveUser, room: LiveRoom, subscribed: boolean): void {
    user.rooms.delete(room.id)
    room.users.delete(user)
    if (subscribed) for (const { socket } of user.sessions) socket.unsubscribe(room.topic)
    if (room.users.size === 0) rooms.delete(room.topic)
  }

  return {
    users,
    rooms,
    user: (app: number, username: string): LiveUser | undefined => users.get(`${app}/${username}`),
    room: (app: number, id: string): LiveRoom | undefined => rooms.get(`${app}/${id}`),

    /** Makes a connection one of its user's; answers whether it is the user's first. */
    add(
      connection: Connection & { app: AppRecord },
      username: string,
    ): { session: Session; isFirst: boolean } {
      const key = `${connection.app.id}/${username}`
      const known = users.get(key)
      const user: LiveUser = known ?? {
        app: connection.app.id,
        username,
        sessions: [],
        rooms: new Map(),
        heard: undefined,
        meter: undefined,
        frames: new Meter(performance.now()),
      }
      if (!known) users.set(key, user)
      const session = Object.assign(connection, { user })
      user.sessions.push(session)
      for (const { topic } of user.rooms.values()) session.socket.subscribe(topic)
      return { session, isFirst: !known }
    },

    /** Removes a connection that has closed; answers whether it was the user's last. */
    remove(session: Session): boolean {
      const { user } = session
      const place = user.sessions.indexOf(session)
      if (place >= 0) user.sessions.splice(place, 1)
      if (user.sessions.length > 0) return false
      for (const room of user.rooms.values()) quit(user, room, false)
      users.delete(`${user.app}/${user.username}`)
      return true
    },

    /** Puts a user of this node into a room. */
    enter(user: LiveUser, id: string): LiveRoom {
      user.heard?.set(id, true)
      return enter(user, id)
    },

    /** Takes a user of this node out of a room. */
    leave(user: LiveUser, id: string): void {
      user.heard?.set(id, false)
      const room = user.rooms.get(id)
      if (room) quit(user, room, true)
    },

    /** Makes a user's rooms those that the store has: `ids`, but for what was heard of since it was asked. */
    settle(user: LiveUser, ids: string[]): void {
      const heard = user.heard ?? new Map<string, boolean>()
      user.heard = undefined
      const stays = new Set(ids.filter((id) => heard.get(id) !== false))
      for (const [id, isMember] of heard) if (isMember) stays.add(id)
      for (const room of [...user.rooms.values()]) if (!stays.has(room.id)) quit(user, room, true)
      for (const id of stays) enter(user, id)
    },
  }
}

export type Live = ReturnType<typeof liveState>
