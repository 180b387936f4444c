import { Failure, type FailureWord } from './failure.ts'

/** A failure as data that can cross threads. */
export interface SentFailure {
  word: FailureWord
  text: string
  status: number
  code: number | undefined
  cause: string | undefined
}

/** A failure as it is sent. */
export const sentFailure = ({ word, text, status, code, cause }: Failure): SentFailure => ({
  word,
  text,
  status,
  code,
  cause: cause === undefined ? undefined : String(cause),
})

/** The failure that another thread has sent. */
export const receivedFailure = ({ word, text, status, code, cause }: SentFailure): Failure =>
  Object.assign(new Failure(word, text, status, code), { cause })
