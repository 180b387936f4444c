import type { Counted } from '../cluster/rate-types.ts'
import type { AppRecord } from '../domain/app.ts'
import { Failure } from '../domain/failure.ts'
import { overRate } from '../domain/failures.ts'
import type { Deps } from './deps.ts'

/** An app has called more often than it may; the standard headers have the details. */
export class OverLimit extends Failure {
  readonly headers: Record<string, string>
  constructor(counted: Counted) {
    const { word, text } = overRate()
    super(word, text)
    this.headers = headersOf(counted)
  }
}

/** Those of the current draft of the IETF (draft-ietf-httpapi-ratelimit-headers-10), and those of the one before. */
const headersOf = ({ limit, remaining }: Counted): Record<string, string> => ({
  'ratelimit-policy': `"calls";q=${limit};w=1`,
  ratelimit: `"calls";r=${remaining};t=1`,
  'ratelimit-limit': String(limit),
  'ratelimit-remaining': String(remaining),
  'ratelimit-reset': '1',
})

/**
 * Counts a call of an app towards the limit of its route [limits]; fails with `overRate` when it is over. Returns the
 * headers with how many calls are left.
 */
export async function countCall(
  { rates }: Deps,
  app: AppRecord,
  route: string,
  callsPerSecond: number,
): Promise<Record<string, string>> {
  const counted = await rates.count(app.id, route, callsPerSecond)
  if (counted.isOver) throw new OverLimit(counted)
  return headersOf(counted)
}
