import { theApp } from '../domain/event.ts'
import { isAppGone } from '../domain/failures.ts'
import { contentKinds } from '../domain/history.ts'
import { limits } from '../domain/limits.ts'
import type { RelayedMessage } from '../domain/relayed-message.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import { type ActivityEvent, recordActivity } from '../operations/callbacks/deliver.ts'
import { MessageBody, MessageBody_Type, Meta, Provision_OsType as Os } from './generated/protocol.ts'
import { metaIn } from './meta-in.ts'
import type { Parts } from './parts.ts'
import type { Session } from './session.ts'
import { payloadOf } from './shown-message.ts'

/** Events are buffered this long: a crash can lose these, and those of the running transaction. */
const gatherMs = 50
const retryMs = 1000
/** Events of one transaction. */
const batch = 500
/** Bytes that an event takes in memory beside the frame of its message. */
const overhead = 200

/** An event that waits; it is encoded when it is written, after the fan-out. */
interface Waiting {
  bytes: number
  event(): ActivityEvent
}

const kindNames = Object.fromEntries(Object.entries(contentKinds).map(([name, kind]) => [kind, name]))

/** A message as the log of events has it. */
function eventOf({ id, room, sender, callbackSource: source, frame }: RelayedMessage): ActivityEvent {
  const { meta, kind } = metaIn(frame)
  const { timestamp, payload } = Meta.decode(meta)
  const body = MessageBody.decode(payload ?? new Uint8Array())
  const isRecall = body.type === MessageBody_Type.RECALL
  const about = isRecall
    ? { recalled: String(body.ackMessageId ?? 0n) }
    : {
        kind: kindNames[kind],
        payload: { from: sender, to: room, type: 'chatroom', ...payloadOf(body) },
      }
  return {
    room,
    operator: sender,
    type: isRecall ? 'message.recalled' : 'message.sent',
    data: JSON.stringify({ id: String(id), source, timestamp: Number(timestamp ?? 0n), ...about }),
  }
}

/** Systems as callbacks name them; web SDKs report theirs as another one. */
const systems: Record<number, string> = {
  [Os.OS_IOS]: 'ios',
  [Os.OS_ANDROID]: 'android',
  [Os.OS_LINUX]: 'linux',
  [Os.OS_OSX]: 'osx',
  [Os.OS_WIN]: 'win',
  [Os.OS_OTHER]: 'webim',
}

type Reason = 'login' | 'logout' | 'replaced'

function statusOf({ user, resource, system, version, connection }: Session, reason: Reason): ActivityEvent {
  const { address } = connection
  return {
    room: '',
    operator: user.username,
    type: reason === 'login' ? 'user.online' : 'user.offline',
    data: JSON.stringify({ reason, os: systems[system ?? -1] ?? 'other', resource, address, version }),
  }
}

/**
 * Adds messages, and who came and went, to the log of events of apps whose callbacks need them, after the fan-out
 * and in batches. `written` is called when there is more in the log of an app.
 */
export function activityLog(
  { commit, log, counters, tally }: Pick<Parts, 'commit' | 'log' | 'counters' | 'tally'>,
  written: (app: number) => void,
) {
  const failed = rateLimitedLog(log, 'messages could not be stored for callbacks; it is retried')
  const apps = new Map<number, Waiting[]>()
  /** Bytes that wait, of all threads. */
  const bytes = tally.counter('callback bytes')
  let writing: Promise<void> | undefined
  let isStopped = false

  function add(app: number, waiting: Waiting): void {
    if (bytes.add(0) >= limits.callbackWaiting.value) {
      counters.callbacksLost += 1
      return
    }
    bytes.add(waiting.bytes)
    const queue = apps.get(app)
    if (queue) queue.push(waiting)
    else apps.set(app, [waiting])
    writing ??= write()
  }

  async function writeSome(app: number, queue: Waiting[]): Promise<void> {
    const some = queue.slice(0, batch)
    try {
      await commit(app, theApp, recordActivity, { events: some.map((each) => each.event()) })
    } catch (error) {
      // The app is gone: nobody is left to notify.
      if (!isAppGone(error)) throw error
    }
    queue.splice(0, some.length)
    bytes.add(-some.reduce((sum, each) => sum + each.bytes, 0))
    if (queue.length === 0) apps.delete(app)
    written(app)
  }

  /** Writes some of every app; returns whether all of it was. */
  async function writeEach(): Promise<boolean> {
    let isWritten = true
    for (const [app, queue] of [...apps]) {
      try {
        await writeSome(app, queue)
      } catch (error) {
        failed(error)
        isWritten = false
      }
    }
    return isWritten
  }

  /** Writes until nothing waits; what comes while a transaction is under way is gathered again. */
  async function write(): Promise<void> {
    while (apps.size > 0) {
      const isBehind = [...apps.values()].some((queue) => queue.length >= batch)
      if (!isStopped && !isBehind) await Bun.sleep(gatherMs)
      if (await writeEach()) continue
      if (isStopped) break
      await Bun.sleep(retryMs)
    }
    writing = undefined
  }

  return {
    /** Takes in a message that this node has accepted. */
    add(message: RelayedMessage): void {
      add(message.app, { bytes: message.frame.length + overhead, event: () => eventOf(message) })
    },

    /** Takes in who came, or went. */
    status(session: Session, reason: Reason): void {
      add(session.user.app, { bytes: overhead, event: () => statusOf(session, reason) })
    },

    /** Writes what waits. */
    async stop(): Promise<void> {
      isStopped = true
      await writing
    },
  }
}

export type ActivityLog = ReturnType<typeof activityLog>
