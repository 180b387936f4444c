import type { components } from './schema.js'

/** The words by which the API names its failures. */
export type ErrorWord = components['schemas']['Error']['error']

/** A call that was refused. `word` and `message` are the server's `error` and `error_description`. */
export class ChatroomdError extends Error {
  override readonly name = 'ChatroomdError'
  readonly status: number
  /** Undefined where the response is not the server's, but for example that of a proxy. */
  readonly word: ErrorWord | undefined
  /** Names the request in the log of the server. */
  readonly requestId: string | undefined
  readonly response: Response

  constructor(response: Response, body: string) {
    const failure = parsed(body)
    super(failure?.error_description ?? `${response.status} ${response.statusText}`.trim())
    this.status = response.status
    this.word = failure?.error
    this.requestId = response.headers.get('x-request-id') ?? undefined
    this.response = response
  }
}

function parsed(body: string): components['schemas']['Error'] | undefined {
  try {
    const read: unknown = JSON.parse(body)
    const isFailure =
      typeof read === 'object' && read !== null && 'error' in read && 'error_description' in read
    return isFailure ? (read as components['schemas']['Error']) : undefined
  } catch {
    return undefined
  }
}
