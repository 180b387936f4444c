import { Failure } from '../domain/failure.ts'
import { seldom } from '../metrics/seldom.ts'
import type { FrameReader } from './bytes.ts'
import type { Refusal } from './frames.ts'
import { nothingQueued, refused } from './frames.ts'
import { CommSyncUL, type Meta, Meta_NameSpace, Status_ErrorCode } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { Session } from './session.ts'

/** Handles one item of a client, and answers it. */
export type Handler = (session: Session, meta: Meta, reader: FrameReader) => undefined | Promise<void>

const unknown: Refusal = { code: Status_ErrorCode.FAIL, reason: 'only chat rooms are served' }
const internal: Refusal = { code: Status_ErrorCode.FAIL, reason: 'internal error' }

/** Hands each SYNC to what it is about: messages, or joining and leaving. Everything is pushed, so a pull finds nothing. */
export function syncs(
  { now, log }: Pick<Parts, 'now' | 'log'>,
  send: Handler,
  joinOrLeave: Handler,
): (session: Session, payload: Uint8Array | undefined, reader: FrameReader) => undefined | Promise<void> {
  const outage = seldom((error: Failure, times) =>
    log.error({ cause: String(error.cause ?? 'unknown'), times }, error.text),
  )
  const note = (error: unknown): void => {
    const isOutage = error instanceof Failure && error.word === 'service_unavailable'
    if (isOutage) outage(error)
    else log.error({ err: error }, 'a request of a client failed')
  }
  return (session, payload, reader) => {
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
    return (meta.ns === Meta_NameSpace.CHAT ? send : joinOrLeave)(session, meta, reader)?.catch((error) => {
      note(error)
      session.send(refused(meta.id ?? 0n, internal))
    })
  }
}
