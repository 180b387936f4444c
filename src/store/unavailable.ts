import type { Failure } from '../domain/failure.ts'
import { outcomeUnknown, storeDamaged, storeUnavailable } from '../domain/failures.ts'

const causedBy = (failure: Failure, cause: unknown): Failure => Object.assign(failure, { cause })

/** The store cannot do its work now, and the transaction is undone. */
export const unavailable = (cause?: unknown): Failure => causedBy(storeUnavailable(), cause)

/** A write whose COMMIT was sent and not acknowledged may have been done or not. */
export const unknownOutcome = (cause?: unknown): Failure => causedBy(outcomeUnknown(), cause)

/** Stored data cannot be read any more. */
export const damagedStore = (cause: unknown): Failure => causedBy(storeDamaged(), cause)
