import { type Counters, count } from '../metrics/counters.ts'
import type { Connection } from './session.ts'

/** Close codes: those of RFC 6455, and one for a client that reads too slowly. */
export const closeCode = { done: 1000, away: 1001, protocol: 1002, policy: 1008, tooBig: 1009, slow: 1013 }

/** Bytes that a closing connection may still hand over; with more it is ended at once, and its memory freed. */
const lastBytes = 64 * 1024

/** Ends a connection for a counted reason. */
export type CutOff = (connection: Connection, reason: string, code?: number) => void

export const cuttingOff =
  (counters: Counters): CutOff =>
  (connection, reason, code = closeCode.protocol) => {
    if (connection.stage === 'closed') return
    count(counters.cutOff, reason)
    const { socket } = connection
    if (code === closeCode.slow || socket.getBufferedAmount() > lastBytes) socket.terminate()
    else socket.close(code, reason)
  }
