import { limits } from '../domain/limits.ts'
import type { Post } from './guarded-post.ts'

/** What came of one attempt. */
export interface Posted {
  isDone: boolean
  /** Status of the response; 0 without one. */
  status: number
  error: string
  ms: number
  retryAfterMs: number
  /** The beginning of the response. */
  answer: string
}

/** Hands a body to a URL. */
export type Attempt = (
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
) => Promise<Posted>

/** Attempts to deliver callbacks: a response of 2xx is success, whatever its body. */
export const attempting =
  (post: Post): Attempt =>
  async (url, headers, body, signal) => {
    const begun = performance.now()
    const passed = () => Math.round(performance.now() - begun)
    try {
      const { status, retryAfterMs, begin } = await post(url, body, {
        timeoutMs: limits.callbackTime.value,
        bytes: limits.callbackAnswer.value,
        headers,
        signal,
      })
      const isDone = status >= 200 && status < 300
      return {
        isDone,
        status,
        error: isDone ? '' : `answered with status ${status}`,
        ms: passed(),
        retryAfterMs,
        answer: begin,
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return {
        isDone: false,
        status: 0,
        error: reason.slice(0, 200),
        ms: passed(),
        retryAfterMs: 0,
        answer: '',
      }
    }
  }
