import { Failure } from '../domain/failure.ts'
import { storesFirst } from '../domain/history.ts'
import { count } from '../metrics/counters.ts'
import { seldom } from '../metrics/seldom.ts'
import { accepted, passesRoomRate, passesUserRate, tooMany } from './accept.ts'
import type { authoriser } from './authorise.ts'
import { FrameReader } from './bytes.ts'
import { decodeMessage, type Incoming } from './decode.ts'
import {
  acknowledged,
  failed,
  isRefusal,
  loggedOut,
  nothingQueued,
  nothingUnread,
  type Refusal,
  refused,
} from './encode.ts'
import type { FanOut } from './fan-out.ts'
import { CommSyncUL, type Meta, Meta_NameSpace, MSync, MSync_Command } from './generated/protocol.ts'
import type { HistoryLog } from './history-log.ts'
import type { Moderate } from './moderate.ts'
import type { Parts } from './parts.ts'
import type { SentMessages } from './sent.ts'
import type { Connection, LiveRoom, Session } from './session.ts'
import type { Outcome } from './single-chat.ts'
import { type LastSpoken, tooEarly } from './slow-mode.ts'

const unknown = failed('only chat rooms and single chats are served')
const internal = failed('internal error')

/** What the pipeline hands on. */
interface Steps {
  /** Handles the first frame of a connection. */
  logIn(connection: Connection, frame: MSync): Promise<void>
  authorise: ReturnType<typeof authoriser>
  /** Hands a message to one user. */
  toUser(message: Incoming, username: string): Outcome | Promise<Outcome>
  sent: SentMessages
  /** Replaces words of a message that gets an id, or says why it is refused. */
  moderate: Moderate
  /** When members of slow rooms last spoke. */
  spoken: LastSpoken
  fanOut: FanOut
  history: Pick<HistoryLog, 'hasRoom' | 'stored'>
  /** Handles a join or a leave, and returns it. */
  joinOrLeave(session: Session, meta: Meta, reader: FrameReader): Promise<void>
}

/** Logs why requests of clients failed; an outage of the store now and then only. */
function failureLog(log: Parts['log']): (error: unknown) => void {
  const noteOutage = seldom((error: Failure, times) =>
    log.error({ cause: String(error.cause ?? 'unknown'), times }, error.text),
  )
  return (error) => {
    const isOutage = error instanceof Failure && error.word === 'service_unavailable'
    if (isOutage) noteOutage(error)
    else log.error({ err: error }, 'a request of a client failed')
  }
}

const refusing =
  (counters: Parts['counters']) =>
  (session: Session, meta: Meta, refusal: Refusal): undefined => {
    count(counters.refused, refusal.counted ?? refusal.reason)
    session.send(refused(meta.id ?? 0n, refusal))
  }

/** Says that a message was accepted; where its app says so, once it is stored. */
const acknowledging =
  (history: Steps['history']) =>
  ({ session, meta }: Incoming, id: bigint, at: number): undefined => {
    const answer = () => session.send(acknowledged(meta.id ?? 0n, id, at))
    if (storesFirst(session.app.settings)) history.stored().then(answer)
    else answer()
  }

/**
 * The way of each frame of a client, and of a message to everyone in its room, or to one user:
 * decode → authenticate → authorise → accept → encode → fan out.
 * Nothing waits as long as memory knows enough. Throws on a frame that no client sends.
 */
export function pipeline(
  parts: Parts,
  { logIn, authorise, toUser, sent, moderate, spoken, fanOut, history, joinOrLeave }: Steps,
) {
  const { counters, now, newId } = parts
  const acknowledge = acknowledging(history)
  const refuse = refusing(counters)
  const noteFailure = failureLog(parts.log)

  /** Decodes a frame; the first of a connection authenticates it. */
  function receive(connection: Connection, bytes: Uint8Array): undefined | Promise<void> {
    const reader = new FrameReader(bytes)
    const frame = reader.read(MSync, bytes)
    if (connection.stage === 'new') {
      if (frame.command !== MSync_Command.PROVISION) throw new Error('nothing comes before the login')
      return logIn(connection, frame)
    }
    const { session } = connection
    if (!session) throw new Error('the login is not finished')
    switch (frame.command ?? MSync_Command.SYNC) {
      case MSync_Command.SYNC:
        return receiveItem(session, frame.payload, reader)
      case MSync_Command.UNREAD:
        session.send(nothingUnread(now()))
        return
      case MSync_Command.LOGOUT:
        session.send(loggedOut())
        session.socket.close(1000, 'logged out')
        return
      default:
        throw new Error('a frame that no client sends now')
    }
  }

  /** Hands an item to what it is about: messages, or joining and leaving. Everything is pushed, so a pull finds nothing. */
  function receiveItem(
    session: Session,
    payload: Uint8Array | undefined,
    reader: FrameReader,
  ): undefined | Promise<void> {
    const { meta, queue } = reader.read(CommSyncUL, payload)
    if (!meta) {
      session.send(nothingQueued(queue ?? {}, now()))
      return
    }
    if (meta.ns === undefined || meta.ns === Meta_NameSpace.STATISTIC) return
    if (meta.ns !== Meta_NameSpace.CHAT && meta.ns !== Meta_NameSpace.MUC) {
      session.send(refused(meta.id ?? 0n, unknown))
      return
    }
    const handle = meta.ns === Meta_NameSpace.CHAT ? receiveMessage : joinOrLeave
    return handle(session, meta, reader)?.catch((error) => {
      noteFailure(error)
      session.send(refused(meta.id ?? 0n, internal))
    })
  }

  /** One message: answered with an acknowledgement or a refusal. */
  function receiveMessage(session: Session, meta: Meta, reader: FrameReader): undefined | Promise<void> {
    const message = passesUserRate(session) ? decodeMessage(session, meta, reader) : tooMany
    if (isRefusal(message)) return refuse(session, meta, message)
    const earlier = message.client === undefined ? undefined : sent.idOf(message.client)
    if (earlier !== undefined) return acknowledge(message, earlier, now())
    if (message.user !== undefined) return sendToUser(message, message.user)
    const verdict = authorise(message)
    if (verdict instanceof Promise) return verdict.then((known) => send(message, known))
    send(message, verdict)
  }

  /** Accepts an authorised message, encodes it once, and fans it out. */
  function send(message: Incoming, verdict: LiveRoom | Refusal): undefined {
    const { session, meta } = message
    if (isRefusal(verdict)) return refuse(session, meta, verdict)
    const at = now()
    const isDurable = storesFirst(session.app.settings)
    if (isDurable && !history.hasRoom()) return refuse(session, meta, tooMany)
    if (!passesRoomRate(message, verdict, counters.dropped)) return refuse(session, meta, tooMany)
    const id = newId(at)
    const refusal = tooEarly(message, spoken) ?? moderate(message, id)
    if (refusal) return refuse(session, meta, refusal)
    const relayed = accepted(message, id, at)
    counters.messages += 1
    if (!isDurable) session.send(acknowledged(meta.id ?? 0n, id, at))
    fanOut.everywhere(relayed, session)
    return isDurable ? acknowledge(message, id, at) : undefined
  }

  /** A message to one user. */
  function sendToUser(message: Incoming, username: string): undefined | Promise<void> {
    const { session, meta } = message
    const answer = (outcome: Outcome): undefined => {
      if (isRefusal(outcome)) return refuse(session, meta, outcome)
      session.send(acknowledged(meta.id ?? 0n, outcome.id, outcome.atMs))
    }
    const outcome = toUser(message, username)
    return outcome instanceof Promise ? outcome.then(answer) : answer(outcome)
  }

  return receive
}
