import type { Server, WebSocketHandler } from 'bun'
import type { Heard } from '../cluster/heard-rooms.ts'
import { startPresence } from '../cluster/presence.ts'
import type { ConnectedHere, DeviceLogin, Presence } from '../cluster/presence-types.ts'
import type { Event } from '../domain/event.ts'
import type { KeywordsOf } from '../domain/keywords/matcher.ts'
import type { Messenger } from '../domain/messenger.ts'
import type { RelayedMessage, UserMessage } from '../domain/relayed-message.ts'
import type { Commit } from '../engine/commit.ts'
import { type Counters, counters } from '../metrics/counters.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import type { Terms } from '../operations/nodes/node-leases.ts'
import type { History } from '../operations/services.ts'
import type { HistoryStore } from '../store/history/history.ts'
import { activityLog } from './activity-log.ts'
import { arrivals } from './arrivals.ts'
import { authoriser } from './authorise.ts'
import { type Busy, busiest } from './busiest.ts'
import { closeCode, cuttingOff } from './close.ts'
import { connectedHere } from './connected-here.ts'
import { deviceLogins, type Elsewhere } from './device-logins.ts'
import { eventSubscriber } from './event-subscriber.ts'
import { fanOut } from './fan-out.ts'
import { originalFinder } from './find-original.ts'
import { floods } from './floods.ts'
import { type AddressOf, gateway, type SocketTerms } from './gateway.ts'
import { historyLog } from './history-log.ts'
import { messageIds } from './ids.ts'
import { lateEvents } from './late-events.ts'
import { type Live, liveState } from './live.ts'
import { membership } from './membership.ts'
import { type MessageLog, messageLog } from './message-log.ts'
import { messengers } from './messenger.ts'
import { moderation } from './moderation.ts'
import { outgoing } from './outgoing.ts'
import type { Parts } from './parts.ts'
import { pipeline } from './pipeline.ts'
import { type RecentMessages, recentMessages } from './recent-messages.ts'
import { relayedHistory } from './relayed-history.ts'
import { roomActivity } from './room-activity.ts'
import { roomOutbox } from './room-outbox.ts'
import { seenHistory } from './seen-history.ts'
import type { Connection, LiveUser } from './session.ts'
import { sessions } from './sessions.ts'
import { singleChat } from './single-chat.ts'
import { lastSpoken } from './slow-mode.ts'
import { userFanOut } from './to-users.ts'

/** Real time: sockets, who is connected, and what they send and receive. */
export interface Realtime {
  websocket: WebSocketHandler<Connection>
  /** Turns a request for `/websocket` into a connection; returns a response with the reason where it is refused. */
  upgrade(request: Request, server: Server<Connection>): Response | undefined
  /** Applies an event of this node or another, and notifies clients. */
  onEvent(event: Event): void
  /** Checks what events of several nodes have made of those who are connected here. */
  late: ReturnType<typeof lateEvents>
  /** Resolved once messages of all rooms with members here come from other nodes, too; undefined where they do. */
  heard: Heard['heard']
  messenger: Messenger
  /** Decides as `messenger` does, and sends nothing. */
  rehearsedMessenger: Messenger
  history: History
  keywordsOf: KeywordsOf
  /** Hands on a message that another node has accepted. */
  relayed(message: RelayedMessage): void
  /** Something happened in a room by this node. */
  touched(app: number, room: string): void
  relayedToUsers(message: UserMessage): void
  loggedInElsewhere(login: DeviceLogin): void
  /** Packets of other nodes were lost: invalidates what is cached and reads it again. */
  missed(): void
  /** Looks at the apps again: their settings, and whether tokens still stand. */
  appsChanged(): void
  presence: Presence
  /** Who is connected to this node. */
  here: ConnectedHere
  counters: Counters
  /** Watches for some time which rooms are busy and which clients slow. */
  busy(ms: number): Promise<Busy>
  /** Makes no more connections, and closes those there are evenly over some time. */
  drain(ms: number): Promise<void>
  /** Closes every connection; their users may come back within the grace time. */
  stop(): Promise<void>
}

interface Given extends Omit<Parts, 'live' | 'counters' | 'newId' | 'outbox'> {
  history: HistoryStore
  /** As `commit`, with what users ask for held to a rate. */
  commitOfUsers: Commit
  /** There is more in the log of events of an app, for its callbacks. */
  activityStored(app: number): void
  /** Writes to every socket that subscribes to a topic. */
  publish(topic: string, bytes: Uint8Array): void
  addressOf: AddressOf
  /** The rooms whose messages other nodes publish to this one. */
  heardRooms: Heard
  /** Other threads of this process, or other nodes, where there are or may be some. */
  elsewhere?: Elsewhere | undefined
  /** Publishes a message to the other nodes. */
  others(message: RelayedMessage): void
  /** Publishes a message to users to the other nodes. */
  othersOfUsers(message: UserMessage): void
}

/** Reads the latest messages again. */
const restoreAgain = (messages: MessageLog, recent: RecentMessages, log: Parts['log']): Promise<void> =>
  messages
    .latest()
    .then(recent.restore)
    .catch((error) => log.error({ err: error }, 'the latest messages could not be read again'))

/** Reads what a user may repeat here of what it has sent through another node. */
async function restoreOf(
  { app, username }: Pick<LiveUser, 'app' | 'username'>,
  messages: MessageLog,
  recent: RecentMessages,
): Promise<void> {
  for (const { id, room, sender, client } of await messages.latestOf(app, username))
    if (client !== null) recent.add({ app, room, sender, id: BigInt(id), client, recalls: undefined })
}

const forPresence = (given: Given, live: Live) => ({
  ...given,
  askThreads: given.elsewhere?.ask,
  here: connectedHere(live),
  everyone: () => live.users.values(),
  rateLimitedLog: (text: string) => rateLimitedLog(given.log, text),
})

/** Wires the parts of real time. */
export async function startRealtime(given: Given, terms: Terms, sockets: SocketTerms): Promise<Realtime> {
  const counted = counters()
  const words = await moderation({ ...given, counters: counted }, terms.alone)
  const live = liveState(words.ofApp, given.heardRooms, given.tally)
  const cutOff = cuttingOff(counted)
  const arrived = arrivals(sockets, given.tally)
  const slow = outgoing(arrived.all, sockets.buffered, (connection, reason) =>
    cutOff(connection, reason, closeCode.slow),
  )
  let newId = messageIds(0)
  const parts: Parts = {
    ...given,
    live,
    counters: counted,
    newId: (at) => newId(at),
    outbox: roomOutbox(given.publish, slow.wrote, sockets.batching),
  }
  const recent = recentMessages()
  const messages = messageLog(parts)
  const log = historyLog({ ...parts, history: given.history })
  const rooms = roomActivity(parts)
  const activity = activityLog(parts, given.activityStored)
  recent.restore(await messages.latest())
  const lastMs = await messages.lastMs()
  const presence = await startPresence(forPresence(given, live), terms, (node) => {
    newId = messageIds(node, lastMs + 1)
  })
  const relayed = relayedHistory()
  const history = seenHistory(given.history, log, relayed, given.heardRooms.heardForMs)
  const find = originalFinder(parts, recent, messages)
  const spoken = lastSpoken()
  const logs = { recent, messages, spoken, history: log, relayed, activity, rooms }
  const fan = fanOut(parts, logs, given.others)
  const fanToUsers = userFanOut(parts, recent, messages, given.othersOfUsers)

  const flooding = floods(given.tally)
  const restore = (user: LiveUser) => restoreOf(user, messages, recent)
  const logins = deviceLogins(parts, presence, given.elsewhere)
  const { heardRooms: hears } = given
  const { logIn, logOut, ...loggedIn } = sessions(parts, logins, flooding, cutOff, activity, hears, restore)
  const receive = pipeline(parts, {
    logIn,
    authorise: authoriser(parts, find, spoken),
    toUser: singleChat(parts, {
      findOriginal: find,
      online: presence.online,
      moderate: words.moderate,
      fanOut: fanToUsers,
    }),
    sent: recent,
    moderate: words.moderate,
    spoken,
    fanOut: fan,
    history: log,
    joinOrLeave: membership(parts, given.commitOfUsers),
  })
  const connected = { arrived, floods: flooding, cutOff, receive, closed: loggedIn.closed }
  const watched = { addressOf: given.addressOf, lookForSlow: slow.look, late: parts.outbox.late }
  const gate = gateway(parts, sockets, { ...connected, ...watched })

  return {
    ...gate,
    history,
    onEvent: words.subscriber(eventSubscriber(parts, logOut, sockets.notices)),
    late: lateEvents(parts),
    heard: given.heardRooms.heard,
    keywordsOf: (app) => words.ofApp(app).matcher,
    ...messengers(
      parts,
      { fanOut: fan, fanOutToUsers: fanToUsers, stored: log.stored, roomsElsewhere: presence.roomsElsewhere },
      { history, find, spoken, wordsOf: words.ofApp },
    ),
    touched: rooms.touch,
    relayed: (message) => fan.elsewhere(message),
    loggedInElsewhere: logins.elsewhere(logOut),
    relayedToUsers: (message) => fanToUsers.here(message),
    missed() {
      parts.log.warn('packets of other nodes were lost; everything cached from them is read again')
      restoreAgain(messages, recent, parts.log)
      loggedIn.lookUpAll()
      words.changed()
    },
    appsChanged: loggedIn.appsChanged,
    presence,
    here: connectedHere(live),
    counters: counted,
    busy: (ms) => busiest(live, arrived.all, ms),
    async stop() {
      for (const room of live.rooms.values()) parts.outbox.flush(room)
      gate.stop()
      await Promise.all([messages, log, activity, rooms, words, loggedIn].map((each) => each.stop()))
      await presence.stop()
    },
  }
}
