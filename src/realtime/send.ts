import type { Decision } from '../domain/callbacks/before.ts'
import { storesFirst } from '../domain/history.ts'
import { count } from '../metrics/counters.ts'
import { accepted, passesRoomRate, tooMany } from './accept.ts'
import type { authoriser } from './authorise.ts'
import { applied, replacedMeta, stopped, turnsBefore } from './before-sending.ts'
import type { Incoming } from './decode.ts'
import { acknowledged, isRefusal, type Refusal, refused } from './encode.ts'
import type { FanOut } from './fan-out.ts'
import type { Meta } from './generated/protocol.ts'
import type { HistoryLog } from './history-log.ts'
import type { Moderate } from './moderate.ts'
import type { Parts } from './parts.ts'
import type { LiveRoom, Session } from './session.ts'
import { atOnce, type LastSpoken, tooEarly } from './slow-mode.ts'

/** Sends the reason why a message was refused, and counts it. */
export const refusing =
  (counters: Parts['counters']) =>
  (session: Session, meta: Meta, refusal: Refusal): undefined => {
    count(counters.refused, refusal.counted ?? refusal.reason)
    session.send(refused(meta.id ?? 0n, refusal))
  }

/** Acknowledges a message; where its app requires it, once it is stored. */
export const acknowledging =
  (history: Pick<HistoryLog, 'stored'>) =>
  ({ session, meta }: Incoming, id: bigint, at: number, metas?: Meta[]): undefined => {
    const acknowledge = () => session.send(acknowledged(meta.id ?? 0n, id, at, metas))
    if (storesFirst(session.app.settings)) history.stored().then(acknowledge)
    else acknowledge()
  }

/** What sending hands on. */
export interface Sending {
  authorise: ReturnType<typeof authoriser>
  /** Replaces words of a message that gets an id, or returns why it is refused. */
  moderate: Moderate
  /** When members of slow rooms last spoke. */
  spoken: LastSpoken
  fanOut: FanOut
  history: Pick<HistoryLog, 'hasSpace' | 'stored'>
}

interface Answers {
  acknowledge: ReturnType<typeof acknowledging>
  refuse: ReturnType<typeof refusing>
  noteFailure(error: unknown): void
}

/** The way of a message to everyone in its room, once it is authorised. */
export function sending(
  { counters, now, newId, before, tally }: Parts,
  { authorise, moderate, spoken, fanOut, history, acknowledge, refuse, noteFailure }: Sending & Answers,
) {
  const turns = turnsBefore(before, tally, noteFailure)

  /** Accepts an authorised message, encodes it once, and fans it out. */
  function send(message: Incoming, verdict: LiveRoom | Refusal): undefined {
    const { session, meta } = message
    if (isRefusal(verdict)) return refuse(session, meta, verdict)
    const at = now()
    const isDurable = storesFirst(session.app.settings)
    if (isDurable && !history.hasSpace()) return refuse(session, meta, tooMany)
    if (!passesRoomRate(message, verdict, counters.dropped, tally)) return refuse(session, meta, tooMany)
    const id = newId(at)
    const refusal = tooEarly(message, spoken) ?? moderate(message, id)
    if (refusal) return refuse(session, meta, refusal)
    if (turns.isUsed() && isHeld(message, id, at)) return
    deliver(message, id, at)
  }

  /** Whether a message waits for its turn, or has found too many before it. */
  function isHeld(message: Incoming, id: bigint, at: number): boolean {
    const held = turns.hold(message, id, at, (decision) => decided(message, id, at, decision))
    if (held === 'full') refuse(message.session, message.meta, tooMany)
    return held !== undefined
  }

  /** Applies the decision of a callback to a message; meanwhile its sender may have lost the right to speak. */
  async function decided(message: Incoming, id: bigint, at: number, decision: Decision): Promise<void> {
    const { session, meta } = message
    if (decision.kind === 'stop') {
      if (decision.text !== undefined) refuse(session, meta, stopped(decision.text))
      else session.send(acknowledged(meta.id ?? 0n, id, at))
      return
    }
    const verdict = await authorise(message)
    if (isRefusal(verdict)) refuse(session, meta, verdict)
    else deliver(message, id, at, applied(message, decision))
  }

  /** Encodes a message once, and fans it out; its sender gets it as well where its content was replaced. */
  function deliver(message: Incoming, id: bigint, at: number, isReplaced = false): undefined {
    const { session, meta } = message
    const early = atOnce(tally, message)
    if (early) return refuse(session, meta, early)
    const isDurable = storesFirst(session.app.settings)
    const relayed = accepted(message, id, at)
    const metas = isReplaced ? [replacedMeta(message, id, at)] : undefined
    counters.messages += 1
    if (!isDurable) session.send(acknowledged(meta.id ?? 0n, id, at, metas))
    fanOut.everywhere(relayed, session)
    return isDurable ? acknowledge(message, id, at, metas) : undefined
  }

  return send
}
