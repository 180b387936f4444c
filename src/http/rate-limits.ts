import type { AppRecord } from '../apps/app.ts'
import type { Counted } from '../apps/rates.ts'
import { Failure } from '../failure.ts'
import type { Deps } from './deps.ts'

/** Calls a second of one app (errors and limits: section 7), where it is not the usual 100. */
const limits: Record<string, number> = {
  'GET /chatrooms': 50,
  'POST /chatrooms': 50,
  'GET /users/:username/joined_chatrooms': 50,
  'POST /token': 300,
  'DELETE /users': 30,
  'POST /users/batch/status': 50,
}
const usual = 100

/** An app has called more often than it may; says so in the standard headers, too. */
export class OverLimit extends Failure {
  constructor(counted: Counted) {
    super('reach_limit', 'This request has reached api limit')
    this.headers = headersOf(counted)
  }
  readonly headers: Record<string, string>
}

const headersOf = ({ limit, remaining }: Counted): Record<string, string> => ({
  'ratelimit-limit': String(limit),
  'ratelimit-remaining': String(remaining),
  'ratelimit-reset': '1',
})

/**
 * Counts a call towards the limit of its operation; fails with `reach_limit` when it is over. Answers the headers
 * that tell how many calls are left.
 */
export async function countCall(
  { rates }: Deps,
  app: AppRecord,
  { method }: Request,
  route: string,
): Promise<Record<string, string>> {
  const operation = `${method} ${route.replace('/:org/:app', '')}`
  const counted = await rates.count(app.id, operation, limits[operation] ?? usual)
  if (counted.isOver) throw new OverLimit(counted)
  return headersOf(counted)
}
