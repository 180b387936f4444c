import type { Server, WebSocketHandler } from 'bun'
import { startPresence } from '../cluster/presence.ts'
import type { Presence } from '../cluster/presence-types.ts'
import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import type { Post } from '../domain/posted-message.ts'
import type { Commit } from '../engine/commit.ts'
import { type Counters, counters } from '../metrics/counters.ts'
import type { Terms } from '../operations/nodes/node-leases.ts'
import { announcer } from './announcer.ts'
import { forcedLogout, loggedIn, loginRefused } from './frames.ts'
import { gateway, type SocketTerms } from './gateway.ts'
import { type MSync, StatisticsBody_Operation, Status_ErrorCode } from './generated/protocol.ts'
import { checkLogin } from './handshake.ts'
import { messageIds } from './ids.ts'
import { type LiveUser, liveState } from './live.ts'
import { membership } from './membership.ts'
import { messageLog } from './message-log.ts'
import { messages } from './messages.ts'
import type { Parts } from './parts.ts'
import { deliverHere, type Relayed } from './relay.ts'
import { sentMessages } from './sent.ts'
import { type Connection, isSession, type Session } from './session.ts'
import { syncs } from './sync.ts'

/** Connections of one user; another one ends the oldest. */
const devices = limits.devices.value

/** Real time: sockets, who is connected, and what they send and hear. */
export interface Realtime {
  websocket: WebSocketHandler<Connection>
  /** Turns a request for `/websocket` into a connection; an answer says why not. */
  upgrade(request: Request, server: Server<Connection>): Response | undefined
  /** Hears of what was written. */
  hear(event: Event): void
  /** Sends a message of the app's own server. */
  post: Post
  /** Hands on a message that another node has accepted. */
  relayed(message: Relayed): void
  /** What other nodes said was lost for a while: looks everything up again. */
  missed(): void
  /** Looks at the apps again: their settings, and whether tokens still stand. */
  appsChanged(): void
  presence: Presence
  counters: Counters
  /** Closes every connection; their users may come back within the grace time. */
  stop(): Promise<void>
}

interface Given extends Omit<Parts, 'live' | 'counters' | 'newId' | 'publish'> {
  /** As `commit`, with what users ask for held to a rate. */
  commitOfUsers: Commit
  /** Writes to every socket that subscribes to a topic. */
  publish(topic: string, bytes: Uint8Array): void
  /** Tells the other nodes of a message. */
  others(message: Relayed): void
}

/** Puts the parts of real time together. */
export async function startRealtime(given: Given, terms: Terms, sockets: SocketTerms): Promise<Realtime> {
  const live = liveState()
  let newId = messageIds(0)
  const parts: Parts = { ...given, live, counters: counters(), newId: (at) => newId(at), publish }
  const { store, now, log } = parts
  const sent = sentMessages()
  const kept = messageLog(parts)
  sent.restore(await kept.latest())

  const relayed = (message: Relayed, from?: Session): void => deliverHere(parts, sent, message, from)
  const relay = (message: Relayed, from?: Session): void => {
    relayed(message, from)
    kept.add(message)
    given.others(message)
  }
  const { send, post } = messages(parts, sent, kept, relay)
  const sync = syncs(parts, send, membership(parts, given.commitOfUsers))
  const gate = gateway(parts, sockets, { logIn, sync, closed })
  const hear = announcer(parts, logOut)
  const presence = await startPresence(parts, terms, (node) => {
    newId = messageIds(node)
  })

  function publish(topic: string, bytes: Uint8Array, from?: Session): void {
    if (from) from.socket.publishBinary(topic, bytes)
    else given.publish(topic, bytes)
    gate.wrote(bytes.length, live.rooms.get(topic)?.users.size ?? 0)
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
    const { app, username, epoch, resource, expires } = login
    if (gate.isFlooder(app.id, username)) {
      connection.send(loginRefused({ code: Status_ErrorCode.PLATFORM_LIMIT, reason: 'traffic limit' }))
      return false
    }
    connection.device = `${app.id}/${username}/${resource}`
    const { session, isFirst } = live.add(
      Object.assign(connection, { app, epoch, resource, expires }),
      username,
    )
    const { user } = session
    for (const other of [...user.sessions]) {
      if (other === session) continue
      const isSurplus = user.sessions.length > devices && other === user.sessions[0]
      if (other.resource === resource || isSurplus)
        logOut(other, StatisticsBody_Operation.USER_LOGIN_ANOTHER_DEVICE)
    }
    if (isFirst) {
      presence.arrived(user)
      await enterRooms(user)
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

  /** A user may have been changed, and joined or left rooms, unheard. */
  async function lookUp(user: LiveUser): Promise<void> {
    const kept = await store.users.findUser(user.app, user.username)
    for (const session of [...user.sessions]) {
      if (!kept?.activated || (session.epoch !== undefined && kept.tokenEpoch !== session.epoch))
        logOut(session, StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE)
    }
    await enterRooms(user)
  }

  function missed(): void {
    log.warn('what other nodes said was missed for a while; everything is looked up again')
    for (const room of live.rooms.values()) room.speech = undefined
    kept
      .latest()
      .then(sent.restore)
      .catch((error) => log.error({ err: error }, 'the latest messages could not be looked up again'))
    for (const user of [...live.users.values()])
      lookUp(user).catch((error) => log.error({ err: error }, 'a user could not be looked up again'))
  }

  /** Puts a user into the rooms that the store has, and takes it out of others. */
  async function enterRooms(user: LiveUser): Promise<void> {
    user.heard = new Map()
    const rooms = await store.rooms.joinedRooms(user.app, user.username)
    if (user.sessions.length > 0) live.settle(user, rooms)
  }

  function closed(connection: Connection): void {
    if (isSession(connection) && live.remove(connection)) presence.departed(connection.user)
  }

  return {
    websocket: gate.websocket,
    upgrade: gate.upgrade,
    hear,
    post,
    relayed,
    missed,
    appsChanged,
    presence,
    counters: parts.counters,
    async stop() {
      gate.stop()
      await kept.stop()
      await presence.stop()
    },
  }
}
