import type { App, AppRecord } from '../domain/app.ts'
import { limits } from '../domain/limits.ts'
import { timeOfMessage } from '../domain/message-ids.ts'
import { high, low, Meter, normal, type Priority } from '../domain/meter.ts'
import type { Posted } from '../domain/posted-message.ts'
import { count } from '../metrics/counters.ts'
import { bytesOf, type FrameReader } from './bytes.ts'
import { acknowledged, delivery, type Refusal, refused, roomDomain, userDomain } from './frames.ts'
import {
  type KeyValue,
  MessageBody,
  MessageBody_Type,
  Meta,
  Meta_NameSpace,
  Meta_RouteType,
  Status_ErrorCode,
} from './generated/protocol.ts'
import type { LiveRoom } from './live.ts'
import type { MessageLog } from './message-log.ts'
import type { Parts } from './parts.ts'
import { checkPosted } from './posted.ts'
import type { Relayed } from './relay.ts'
import type { Sent, SentMessages } from './sent.ts'
import type { Session } from './session.ts'
import { isModerator, type Speech, silenced, speechOf } from './speech.ts'

const fail = (reason: string): Refusal => ({ code: Status_ErrorCode.FAIL, reason })
const denied = (reason: string): Refusal => ({ code: Status_ErrorCode.PERMISSION_DENIED, reason })

/** Clients tell these apart by their texts (client protocol: refusals of a message). */
const refusals = {
  notMember: fail('not in group or chatroom'),
  noRoom: fail('group not found'),
  notForRoom: fail('only messages to chat rooms are served'),
  tooLarge: denied('Sorry, data is too large'),
  tooMany: denied('traffic limit'),
  tooLate: fail('exceed recall time limit'),
  notTheirs: fail('message recall disabled'),
  tooManyDirected: fail('limit directed users'),
}

const messageLimits = {
  /** Largest message, in bytes of its encoded body and attributes. */
  bytes: limits.messageBytes.value,
  /** Most users that one message is directed to. */
  directed: limits.messageUsers.value,
  /** Milliseconds in which a message may be recalled. */
  recall: limits.recallTime.value,
}

const priorityNames = { [high]: 'high', [normal]: 'normal', [low]: 'low' } as const

function priorityOf(ext: KeyValue[] | undefined): Priority {
  for (const { key, varintValue } of ext ?? []) {
    if (key === 'chatroom_msg_tag') return varintValue === 0n ? high : varintValue === 2n ? low : normal
  }
  return normal
}

/** Tags that only the server gives: what it sends to all rooms is shown as such. */
const serverTags = new Set(['is_broadcast'])

/** The tags of a member's message that go on to the room. */
const memberTags = (ext: KeyValue[] | undefined): KeyValue[] | undefined =>
  ext?.some(({ key }) => serverTags.has(key ?? ''))
    ? ext.filter(({ key }) => !serverTags.has(key ?? ''))
    : ext

/** Bytes of a message that others get: its body, and the attributes beside it. */
const sizeOf = ({ payload, ext }: Meta): number =>
  (payload?.length ?? 0) + (ext?.length ? bytesOf(Meta, { ext }).length : 0)

/** A message to be recalled, as far as it is known. */
type Original = Sent | 'recalled' | undefined

/** Of 64 bits of the hash those that a number holds exactly. */
const hashBits = (1n << 53n) - 1n

/** Tells what a client sends under one of its ids from everything else that was sent lately. */
const hashOf = (name: string, payload: Uint8Array | undefined): number =>
  Number(Bun.hash.wyhash(payload ?? '', Bun.hash.wyhash(name)) & hashBits)

/** A message as the room gets it: its sender is who the server says, whatever the sending client wrote. */
function roomMessage(
  message: { id: bigint; room: string; sender: string; resource: string | undefined; now: number },
  body: MessageBody,
  ext: KeyValue[] | undefined,
): Uint8Array {
  const { id, room, sender, resource, now } = message
  const from = { name: sender, domain: userDomain, clientResource: resource }
  const to = { name: room, domain: roomDomain }
  body.from = from
  body.to = to
  const payload = bytesOf(MessageBody, body)
  const meta = { id, from, to, timestamp: BigInt(now), ns: Meta_NameSpace.CHAT, payload, ext }
  return delivery(to, [meta], now)
}

/** What members send to their rooms: checked, relayed, acknowledged. */
export function messages(
  parts: Parts,
  sent: SentMessages,
  kept: MessageLog,
  relay: (message: Relayed, from?: Session) => void,
) {
  const { store, live, counters, now, newId } = parts

  /** The message that is to be recalled; one that is too old is not looked for. */
  function findOriginal(app: number, id: number): Original | Promise<Original> {
    const age = now() - timeOfMessage(id)
    if (!Number.isSafeInteger(id) || age > messageLimits.recall) return undefined
    return sent.find(id) ?? kept.find(app, id).then((row) => sent.find(id) ?? row)
  }

  function checkRecall(
    session: Session,
    speech: Speech,
    room: string,
    original: Original,
  ): Refusal | undefined {
    const { username } = session.user
    if (!original || original === 'recalled') return refusals.tooLate
    if (original.app !== session.app.id || original.room !== room) return refusals.tooLate
    return original.sender === username || isModerator(speech, username) ? undefined : refusals.notTheirs
  }

  function refuse(session: Session, meta: Meta, refusal: Refusal): void {
    count(counters.refused, refusal.reason)
    session.send(refused(meta.id ?? 0n, refusal))
  }

  function passesRate(app: AppRecord, room: LiveRoom, ext: KeyValue[] | undefined, at: number): boolean {
    const rate = app.settings.roomMessageRate
    if (rate === null) return true
    const priority = priorityOf(ext)
    room.meter ??= new Meter(at)
    if (room.meter.passes(rate, at, priority)) return true
    counters.dropped[priorityNames[priority]] += 1
    return false
  }

  /** Recalls and messages obey the same limits. */
  function check(
    session: Session,
    room: LiveRoom,
    speech: Speech,
    meta: Meta,
    body: MessageBody,
  ): undefined | Promise<void> {
    const client = meta.id ? hashOf(`${session.device}/${meta.id}`, meta.payload) : undefined
    const repeated = client === undefined ? undefined : sent.idOf(client)
    if (repeated !== undefined) {
      session.send(acknowledged(meta.id ?? 0n, repeated, now()))
      return
    }
    if (body.type !== MessageBody_Type.RECALL) {
      deliver(session, room, meta, body, client, silenced(speech, session.user.username, now()))
      return
    }
    const decide = (original: Original) => {
      const isIn = session.user.rooms.get(room.id) === room
      const refusal = isIn ? checkRecall(session, speech, room.id, original) : refusals.notMember
      deliver(session, room, meta, body, client, refusal)
    }
    const original = findOriginal(session.app.id, Number(body.ackMessageId ?? 0n))
    if (original instanceof Promise) return original.then(decide)
    decide(original)
  }

  function deliver(
    session: Session,
    room: LiveRoom,
    meta: Meta,
    body: MessageBody,
    client: number | undefined,
    refusal: Refusal | undefined,
  ): void {
    if (refusal) {
      refuse(session, meta, refusal)
      return
    }
    const { app, user, resource } = session
    const at = now()
    if (!passesRate(app, room, meta.ext, at)) {
      refuse(session, meta, refusals.tooMany)
      return
    }

    const id = newId(at)
    const message = { id, room: room.id, sender: user.username, resource, now: at }
    const directed = meta.routetype === Meta_RouteType.ROUTE_DIRECT ? meta.directedUsers : undefined
    const frame = roomMessage(message, body, memberTags(meta.ext))
    counters.messages += 1
    session.send(acknowledged(meta.id ?? 0n, id, at))
    relay(
      {
        app: app.id,
        room: room.id,
        id,
        sender: user.username,
        client,
        recalls: body.type === MessageBody_Type.RECALL ? Number(body.ackMessageId) : undefined,
        directed,
        frame,
      },
      session,
    )
  }

  /** The sender is in no such room as far as this node knows: the store says why, or that it is. */
  async function askStore(session: Session, meta: Meta, body: MessageBody, id: string): Promise<void> {
    const { user } = session
    // PostgreSQL takes no NUL in a text.
    if (id.includes('\0') || !(await store.rooms.findRoom(user.app, id)))
      refuse(session, meta, refusals.noRoom)
    else if (!(await store.rooms.isMember(user.app, id, user.username)))
      refuse(session, meta, refusals.notMember)
    else if (session.stage === 'open') await sendTo(live.enter(user, id), session, meta, body)
  }

  function sendTo(
    room: LiveRoom,
    session: Session,
    meta: Meta,
    body: MessageBody,
  ): undefined | Promise<void> {
    const speech = speechOf(store, room)
    if (!(speech instanceof Promise)) {
      return check(session, room, speech, meta, body)
    }
    return speech.then((known) => {
      const isIn = session.user.rooms.get(room.id) === room
      if (known && isIn) return check(session, room, known, meta, body)
      refuse(session, meta, refusals.notMember)
    })
  }

  /** What is wrong with a message whoever sends it, and wherever to. */
  function checkMessage({ app, user }: Session, meta: Meta, reader: FrameReader): Refusal | undefined {
    const rate = app.settings.userMessageRate
    if (rate !== null) {
      user.meter ??= new Meter(now())
      if (!user.meter.passes(rate, now())) return refusals.tooMany
    }
    // Most frames are small, and need no look at what they hold.
    if (reader.size > messageLimits.bytes && sizeOf(meta) > messageLimits.bytes) return refusals.tooLarge
    return (meta.directedUsers?.length ?? 0) > messageLimits.directed ? refusals.tooManyDirected : undefined
  }

  /** One message of the app's own server; it is neither muted nor held to a rate. */
  async function post(app: App, posted: Posted): Promise<Record<string, string>> {
    const { rooms, sender, body, tags, directed } = await checkPosted(store, app, posted)
    const ids: Record<string, string> = {}
    for (const room of rooms) {
      const at = now()
      const id = newId(at)
      const frame = roomMessage({ id, room, sender, resource: undefined, now: at }, body, tags)
      counters.messages += 1
      relay({ app: app.id, room, id, sender, client: undefined, recalls: undefined, directed, frame })
      ids[room] = String(id)
    }
    return ids
  }

  /** One message from a client: answered with an acknowledgement or a refusal. */
  function send(session: Session, meta: Meta, reader: FrameReader): undefined | Promise<void> {
    const refusal = checkMessage(session, meta, reader)
    if (refusal) {
      refuse(session, meta, refusal)
      return
    }
    const body = reader.read(MessageBody, meta.payload)
    const isForRoom = body.type === MessageBody_Type.CHATROOM || body.type === MessageBody_Type.RECALL
    const id = meta.to?.name ?? ''
    if (!isForRoom || id === '') {
      refuse(session, meta, refusals.notForRoom)
      return
    }
    const room = session.user.rooms.get(id)
    return room ? sendTo(room, session, meta, body) : askStore(session, meta, body, id)
  }

  return { send, post }
}
