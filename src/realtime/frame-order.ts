import { limits } from '../domain/limits.ts'
import { type CutOff, closeCode } from './close.ts'
import type { Parts } from './parts.ts'
import type { Connection } from './session.ts'

/** Frames of one connection that may wait for their turn. */
const waitingLimit = limits.framesWaiting.value

/** Handles the frames of each connection one after the other, by `receive`, which throws on one that no client sends. */
export function frameOrder(
  receive: (connection: Connection, bytes: Uint8Array) => undefined | Promise<void>,
  cutOff: CutOff,
  log: Parts['log'],
) {
  /** A frame that cannot be read ends its connection; any other failure is ours and is logged. */
  function failed(connection: Connection, error: unknown): void {
    cutOff(connection, 'bad frame')
    log.debug({ err: error }, 'a connection was closed for a frame')
  }

  function take(connection: Connection, bytes: Uint8Array): undefined | Promise<void> {
    if (connection.stage === 'closed') return
    try {
      return receive(connection, bytes)?.catch((error) => failed(connection, error))
    } catch (error) {
      failed(connection, error)
    }
  }

  /** Lets later frames of a connection wait until `work` is done. */
  function holdUntil(connection: Connection, work: Promise<void>): void {
    const mine = work.then(() => {
      if (connection.work === mine) connection.work = undefined
    })
    connection.work = mine
  }

  return (connection: Connection, bytes: Uint8Array): void => {
    if (!connection.work) {
      const work = take(connection, bytes)
      if (work) holdUntil(connection, work)
      return
    }
    if (++connection.waiting > waitingLimit) {
      cutOff(connection, 'too many frames', closeCode.policy)
      return
    }
    const work = connection.work.then(() => {
      connection.waiting -= 1
      return take(connection, bytes)
    })
    holdUntil(connection, work)
  }
}
