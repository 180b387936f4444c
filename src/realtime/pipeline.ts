import { Failure } from '../domain/failure.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'
import { passesUserRate, tooMany } from './accept.ts'
import { FrameReader } from './bytes.ts'
import { decodeMessage, type Incoming } from './decode.ts'
import {
  acknowledged,
  failed,
  isRefusal,
  loggedOut,
  nothingQueued,
  nothingUnread,
  refused,
} from './encode.ts'
import { CommSyncUL, type Meta, Meta_NameSpace, MSync, MSync_Command } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { RecentMessages } from './recent-messages.ts'
import { acknowledging, refusing, type Sending, sending } from './send.ts'
import type { Connection, Session } from './session.ts'
import type { Outcome } from './single-chat.ts'

const unknown = failed('only chat rooms and single chats are served')
const internal = failed('internal error')

/** What the pipeline hands on. */
interface Steps extends Sending {
  /** Handles the first frame of a connection. */
  logIn(connection: Connection, frame: MSync): Promise<void>
  /** Hands a message to one user. */
  toUser(message: Incoming, username: string): Outcome | Promise<Outcome>
  sent: RecentMessages
  /** Handles a join or a leave, and returns it. */
  joinOrLeave(session: Session, meta: Meta, reader: FrameReader): Promise<void>
}

/** Logs why requests of clients failed; an outage of the store now and then only. */
function failureLog(log: Parts['log']): (error: unknown) => void {
  const noteOutage = rateLimited((error: Failure, times) =>
    log.error({ cause: String(error.cause ?? 'unknown'), times }, error.text),
  )
  return (error) => {
    const isOutage = error instanceof Failure && error.word === 'service_unavailable'
    if (isOutage) noteOutage(error)
    else log.error({ err: error }, 'a request of a client failed')
  }
}

/**
 * The way of each frame of a client, and of a message to everyone in its room, or to one user:
 * decode → authenticate → authorise → accept → encode → fan out.
 * Nothing waits as long as memory knows enough. Throws on a frame that no client sends.
 */
export function pipeline(parts: Parts, { logIn, toUser, sent, joinOrLeave, ...steps }: Steps) {
  const { now, tally } = parts
  const acknowledge = acknowledging(steps.history)
  const refuse = refusing(parts.counters)
  const noteFailure = failureLog(parts.log)
  const send = sending(parts, { ...steps, acknowledge, refuse, noteFailure })

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

  /** One message: acknowledged or refused. */
  function receiveMessage(session: Session, meta: Meta, reader: FrameReader): undefined | Promise<void> {
    const message = passesUserRate(session, tally) ? decodeMessage(session, meta, reader) : tooMany
    if (isRefusal(message)) return refuse(session, meta, message)
    const earlier = message.client === undefined ? undefined : sent.idOf(message.client)
    if (earlier !== undefined) return acknowledge(message, earlier, now())
    if (message.user !== undefined) return sendToUser(message, message.user)
    const verdict = steps.authorise(message)
    if (verdict instanceof Promise) return verdict.then((known) => send(message, known))
    send(message, verdict)
  }

  /** A message to one user. */
  function sendToUser(message: Incoming, username: string): undefined | Promise<void> {
    const { session, meta } = message
    const respond = (outcome: Outcome): undefined => {
      if (isRefusal(outcome)) return refuse(session, meta, outcome)
      session.send(acknowledged(meta.id ?? 0n, outcome.id, outcome.atMs))
    }
    const outcome = toUser(message, username)
    return outcome instanceof Promise ? outcome.then(respond) : respond(outcome)
  }

  return receive
}
