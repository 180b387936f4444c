import type { Server, WebSocketHandler } from 'bun'
import type { Event } from '../events.ts'
import { announcer } from './announcer.ts'
import { type Counters, counters } from './counters.ts'
import { forcedLogout, loggedIn, loginRefused } from './frames.ts'
import { gateway } from './gateway.ts'
import { checkLogin } from './handshake.ts'
import { messageIds } from './ids.ts'
import { liveState } from './live.ts'
import { membership } from './membership.ts'
import { messages } from './messages.ts'
import type { Parts } from './parts.ts'
import { type MSync, StatisticsBody_Operation } from './protocol.ts'
import { deliverHere } from './relay.ts'
import { sentMessages } from './sent.ts'
import { type Connection, isSession, type Session } from './session.ts'
import { syncs } from './sync.ts'

/** Connections of one user; another one ends the oldest. */
const devices = 10

/** Real time: sockets, who is connected, and what they send and hear. */
export interface Realtime {
  websocket: WebSocketHandler<Connection>
  /** Turns a request for `/websocket` into a connection; an answer says why not. */
  upgrade(request: Request, server: Server<Connection>): Response | undefined
  /** Hears of what was written. */
  hear(event: Event): void
  /** Looks at the apps again: their settings, and whether tokens still stand. */
  appsChanged(): void
  counters: Counters
  stop(): void
}

interface Given extends Omit<Parts, 'live' | 'counters' | 'newId' | 'publish'> {
  /** Writes to every socket that subscribes to a topic. */
  publish(topic: string, bytes: Uint8Array): void
}

export function startRealtime(given: Given): Realtime {
  const live = liveState()
  const parts: Parts = { ...given, live, counters: counters(), newId: messageIds(0), publish }
  const { store, now, log } = parts
  const sent = sentMessages()

  const send = messages(parts, sent, (message) => deliverHere(parts, sent, message))
  const sync = syncs(parts, send, membership(parts))
  const gate = gateway(parts, { logIn, sync, closed })
  const hear = announcer(parts, logOut)

  function publish(topic: string, bytes: Uint8Array, from?: Session): void {
    if (from) from.socket.publishBinary(topic, bytes)
    else given.publish(topic, bytes)
    gate.wrote(bytes.length)
  }

  /** Ends a session for good: the client does not come back by itself. */
  function logOut(session: Session, operation: StatisticsBody_Operation): void {
    const at = now()
    session.send(forcedLogout(parts.newId(at), operation, at))
    gate.cutOff(session, 'logged out', 1000)
  }

  async function logIn(connection: Connection, frame: MSync): Promise<boolean> {
    const login = await checkLogin(parts, frame)
    if (connection.stage === 'closed') return true
    if ('reason' in login) {
      connection.send(loginRefused(login))
      return false
    }
    const { app, username, resource, expires } = login
    const { session, isFirst } = live.add(Object.assign(connection, { app, resource, expires }), username)
    const { user } = session
    for (const other of [...user.sessions]) {
      if (other === session) continue
      const isSurplus = user.sessions.length > devices && other === user.sessions[0]
      if (other.resource === resource || isSurplus)
        logOut(other, StatisticsBody_Operation.USER_LOGIN_ANOTHER_DEVICE)
    }
    if (isFirst) {
      user.heard = new Map()
      const rooms = await store.rooms.joinedRooms(app.id, username)
      if (user.sessions.length > 0) live.settle(user, rooms)
    }
    if ((session.stage as string) === 'closed') return true
    session.stage = 'open'
    parts.counters.logins += 1
    session.send(loggedIn(resource, expires === 0 ? undefined : expires))
    return true
  }

  function appsChanged(): void {
    for (const { sessions } of [...live.users.values()]) {
      for (const session of [...sessions]) {
        const app = parts.findApp(session.app.org, session.app.name)
        const endsTokens = app?.tokenKey !== session.app.tokenKey
        if (app) session.app = app
        if (endsTokens) logOut(session, StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE)
      }
    }
  }

  function closed(connection: Connection): void {
    if (isSession(connection)) live.remove(connection)
  }

  log.debug('real time is on')
  return {
    websocket: gate.websocket,
    upgrade: gate.upgrade,
    hear,
    appsChanged,
    counters: parts.counters,
    stop: gate.stop,
  }
}
