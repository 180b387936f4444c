import type { BeforeRule, BeforeSending, Decision } from '../domain/callbacks/before.ts'
import { limits } from '../domain/limits.ts'
import type { Counter, Tally } from '../domain/tally.ts'
import { memberTags } from './accept.ts'
import { attributeOf } from './content.ts'
import type { Incoming } from './decode.ts'
import { type Refusal, roomMeta } from './encode.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  type Meta,
  Meta_RouteType,
  Status_ErrorCode,
} from './generated/protocol.ts'
import { payloadOf } from './shown-message.ts'

/** Messages of one sender to one room that wait for their turn. */
interface Turn {
  last: Promise<void>
  waiting: number
  /** Those that other threads hold, too. */
  all: Counter
  /** By their clients' ids: what is repeated meanwhile is not sent twice. */
  clients: Map<number, Incoming>
}

const levels = { high: 0n, normal: 1n, low: 2n } as const

function withLevel(ext: KeyValue[] | undefined, level: keyof typeof levels): KeyValue[] {
  const others = (ext ?? []).filter(({ key }) => key !== 'chatroom_msg_tag')
  return [...others, { key: 'chatroom_msg_tag', type: Kind.UINT, varintValue: levels[level] }]
}

/** A message was stopped by a callback; `text` may be empty. */
export const stopped = (text: string): Refusal => ({
  code: Status_ErrorCode.PERMISSION_DENIED_EXTERNAL,
  reason: text,
  counted: 'callback before sending',
})

const isReplacedMark = Buffer.from(JSON.stringify({ callback_replace: true }))

/** A message as it was relayed, for its sender, where its content was replaced. */
export function replacedMeta({ session, room, body, meta }: Incoming, id: bigint, at: number): Meta {
  const { user, resource } = session
  const about = { id, room, sender: user.username, resource, at }
  return { ...roomMeta(about, body, memberTags(meta.ext)), meta: isReplacedMark }
}

/** Applies a decision to a message; returns whether its content was replaced. */
export function applied({ meta, body }: Incoming, decision: Decision & { kind: 'deliver' }): boolean {
  const { replacement, level } = decision
  if (level) meta.ext = withLevel(meta.ext, level)
  const [content] = body.contents ?? []
  if (!replacement || !content) return false
  content.text = replacement.text
  body.ext = Object.entries(replacement.ext).map(([key, value]) => attributeOf(key, value))
  return true
}

/** What becomes of a message when it is its turn. */
type Finish = (decision: Decision) => unknown

/**
 * Messages that wait for the response of a callback before they are delivered. The messages of one sender to one room keep their
 * order: later ones wait, too, while their callbacks run. Nobody else waits.
 */
export function turnsBefore(before: BeforeSending, tally: Tally, failed: (error: unknown) => void) {
  const turns = new Map<string, Turn>()

  function ruleFor({ session, room, meta, body, recalls }: Incoming): BeforeRule | undefined {
    if (recalls !== undefined || meta.routetype === Meta_RouteType.ROUTE_DIRECT) return undefined
    const { user } = session
    return before.ruleFor(user.app, room, user.username, () => {
      const [shown] = payloadOf(body).bodies
      return shown?.subType === 'sub_combine' ? 'combine' : String(shown?.type)
    })
  }

  function ask(
    rule: BeforeRule,
    { session, room, body }: Incoming,
    id: bigint,
    at: number,
  ): Promise<Decision> {
    const { app, user } = session
    return before.decide(rule, {
      app,
      room,
      sender: user.username,
      id: String(id),
      at,
      payload: payloadOf(body),
    })
  }

  async function inTurn(
    turn: Turn,
    { client }: Incoming,
    decided: Promise<Decision>,
    finish: Finish,
    key: string,
  ): Promise<void> {
    const [decision] = await Promise.all([decided, turn.last])
    try {
      await finish(decision)
    } catch (error) {
      failed(error)
    }
    if (client !== undefined) turn.clients.delete(client)
    turn.waiting -= 1
    turn.all.add(-1)
    if (turn.waiting === 0) turns.delete(key)
  }

  return {
    /** Whether a message may have to wait: the one test where no app has such a rule. */
    isUsed: (): boolean => before.isUsed() || turns.size > 0,

    /**
     * Holds a message back, and lets `finish` have what was decided; `full` where too many wait already, `undefined` where
     * it need not wait.
     */
    hold(message: Incoming, id: bigint, at: number, finish: Finish): 'held' | 'full' | undefined {
      const rule = ruleFor(message)
      const { session, room, client } = message
      const key = `${session.user.app}/${session.user.username}/${room}`
      const known = turns.get(key)
      if (!rule && !known) return undefined
      const turn = known ?? {
        last: Promise.resolve(),
        waiting: 0,
        all: tally.counter(`turns ${key}`),
        clients: new Map(),
      }
      const earlier = client === undefined ? undefined : turn.clients.get(client)
      if (earlier) {
        // Its client may have connected again: the response goes where it was repeated.
        earlier.session = session
        return 'held'
      }
      if (turn.all.add(1) > limits.beforeWaiting.value) {
        turn.all.add(-1)
        return 'full'
      }
      turns.set(key, turn)
      turn.waiting += 1
      if (client !== undefined) turn.clients.set(client, message)
      const decided = rule ? ask(rule, message, id, at) : Promise.resolve<Decision>({ kind: 'deliver' })
      turn.last = inTurn(turn, message, decided, finish, key)
      return 'held'
    },
  }
}
