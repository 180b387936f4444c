import { bodyBroken } from '../domain/body-failures.ts'
import { nextTurn } from '../domain/next-turn.ts'

/** Whether a request announces a body. */
export const announcesBody = ({ headers }: Request): boolean =>
  headers.has('content-length') || headers.has('transfer-encoding')

/**
 * Fails where the client has its response already. Bun takes what comes after a request without an announced body for the
 * next request; where that is none, it responds with 400 and ends the connection as soon as the handler has begun to wait.
 * Who gets that response must find that nothing was done.
 */
export async function checkStillOpen({ signal }: Request): Promise<void> {
  await nextTurn()
  if (signal.aborted) throw bodyBroken()
}
