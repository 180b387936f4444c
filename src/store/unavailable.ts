import { Failure } from '../failure.ts'

/** The store cannot do its work now, and the transaction is undone. */
export const unavailable = (cause?: unknown): Failure => {
  const failure = new Failure(
    'service_unavailable',
    'the store does not answer; nothing was changed, try again',
  )
  failure.cause = cause
  return failure
}

/** A write whose COMMIT was sent and not answered may have been done or not. */
export const unknownOutcome = (cause?: unknown): Failure => {
  const failure = new Failure(
    'service_unavailable',
    'the store did not confirm the change: it may have been made or not; read it back before you try again',
  )
  failure.cause = cause
  return failure
}
