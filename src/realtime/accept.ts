import { historyTerms } from '../domain/history.ts'
import { high, low, Meter, normal, type Priority } from '../domain/meter.ts'
import { isRecorded } from '../domain/recorded-rooms.ts'
import type { RelayedMessage } from '../domain/relayed-message.ts'
import type { Rated, Tally } from '../domain/tally.ts'
import type { Counters } from '../metrics/counters.ts'
import type { Incoming } from './decode.ts'
import { denied, roomMessage } from './encode.ts'
import { type KeyValue, Meta_RouteType } from './generated/protocol.ts'
import type { LiveRoom, Session } from './session.ts'

/** More was sent than the app allows. */
export const tooMany = denied('traffic limit')

const priorityNames = { [high]: 'high', [normal]: 'normal', [low]: 'low' } as const

function priorityOf(ext: KeyValue[] | undefined): Priority {
  for (const { key, varintValue } of ext ?? []) {
    if (key === 'chatroom_msg_tag') return varintValue === 0n ? high : varintValue === 2n ? low : normal
  }
  return normal
}

/** Tags that only the server gives: what it sends to all rooms is shown as such. */
const serverTags = new Set(['is_broadcast'])

/** The tags of a client's message that go on to those who get it. */
export const memberTags = (ext: KeyValue[] | undefined): KeyValue[] | undefined =>
  ext?.some(({ key }) => serverTags.has(key ?? ''))
    ? ext.filter(({ key }) => !serverTags.has(key ?? ''))
    : ext

/** Messages of a user, by whatever thread. */
export const meterOfUser = (tally: Tally, app: number, username: string): Rated =>
  tally.meter(`messages ${app}/${username}`)

/** Messages of a room, by whatever thread. */
export const meterOfRoom = (tally: Tally, topic: string): Rated => tally.meter(`room ${topic}`)

/** Whether a user may send one more message now, by its app's limit. */
export function passesUserRate({ app, user }: Session, tally: Tally): boolean {
  const rate = app.settings.userMessageRate
  if (rate === null) return true
  user.meter ??= meterOfUser(tally, user.app, user.username)
  return user.meter.passes(rate, performance.now())
}

/** Whether a room takes one more message now, by its app's limit; what is over it is counted by priority. */
export function passesRoomRate(
  { session, meta }: Incoming,
  room: LiveRoom,
  dropped: Counters['dropped'],
  tally: Tally,
): boolean {
  const rate = session.app.settings.roomMessageRate
  if (rate === null) return true
  const priority = priorityOf(meta.ext)
  room.meter ??= meterOfRoom(tally, room.topic)
  if (room.meter.passes(rate, performance.now(), priority)) return true
  dropped[priorityNames[priority]] += 1
  return false
}

/** Whether the clients in a room get one more message now, by their app's limit; others are left out by priority. */
export function passesClientRate(
  { priority = normal, recalls }: RelayedMessage,
  room: LiveRoom,
  leftOut: Counters['leftOut'],
): boolean {
  const [user] = room.users
  const rate = user?.sessions[0]?.app.settings.clientMessageRate ?? null
  if (rate === null || recalls !== undefined) return true
  const elapsedMs = performance.now()
  room.gets ??= new Meter(elapsedMs)
  if (room.gets.passes(rate, elapsedMs, priority)) return true
  leftOut[priorityNames[priority]] += 1
  return false
}

/** An accepted message as it goes to its room, under the id that it has from now on. */
export function accepted(message: Incoming, id: bigint, at: number): RelayedMessage {
  const { session, meta, room, body, client, recalls } = message
  const { user, resource } = session
  const sender = user.username
  return {
    app: user.app,
    room,
    id,
    sender,
    client,
    recalls,
    history: meta.routetype === Meta_RouteType.ROUTE_ONLINE ? undefined : historyTerms(session.app.settings),
    callbackSource: isRecorded(session.app, room) ? 'client' : undefined,
    isSlowed: message.slowMode > 0 || undefined,
    priority: priorityOf(meta.ext),
    directed: meta.routetype === Meta_RouteType.ROUTE_DIRECT ? meta.directedUsers : undefined,
    frame: roomMessage({ id, room, sender, resource, at }, body, memberTags(meta.ext)),
  }
}
