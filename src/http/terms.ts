import { actorOf } from '../domain/event.ts'
import { failure } from '../domain/failures.ts'
import { badKey, isKey, ofTheApp } from '../domain/retry.ts'
import type { Terms } from '../engine/commit.ts'
import type { HttpOperation } from '../operations/operation.ts'
import type { OperationRequest } from '../operations/request.ts'
import { pathOf } from './url.ts'

export const badDryRun = failure('illegal_argument', 'dry_run must be true or false', {
  en: '`dry_run` is something else; nothing was done',
  zh: '`dry_run` 为其他值；未执行任何操作',
})

/** Whether a call can be tried, and be made once for a key: it does something, and one knows for whom. */
export const takesTerms = ({ kind, call }: HttpOperation): boolean =>
  kind !== 'read' && call.withoutToken !== 'always'

/** Whether a call is only to be tried. Fails with `badDryRun` on what may be meant so. */
export function isTrial(query: URLSearchParams): boolean {
  const asked = query.get('dry_run')
  if (asked !== null && asked !== 'true' && asked !== 'false') throw badDryRun()
  return asked === 'true'
}

function ownerOf({ caller, isAnonymous }: OperationRequest): string {
  if (isAnonymous) return 'anonymous'
  return caller.kind === 'app' ? actorOf(caller) || ofTheApp : `user:${caller.username}`
}

/** The version in `If-Match`; undefined for `*` too, which every room that is there matches. */
export function versionIn(header: string | null): string | undefined {
  if (header === null || header.trim() === '*') return undefined
  return header.trim().replace(/^"(.*)"$/, '$1')
}

/**
 * The terms of a call in its headers, beside its input; undefined for nothing. Fails with `badKey`. An uploaded file differs from
 * another by its length alone.
 */
export function termsOf(request: Request, given: OperationRequest, text: string): Terms | undefined {
  const { headers, method, url } = request
  const key = headers.get('idempotency-key')
  const match = headers.get('if-match')
  if (key === null && match === null) return undefined
  const version = versionIn(match)
  if (key === null) return { version }
  if (!isKey(key)) throw badKey()
  const length = text === '' ? (headers.get('content-length') ?? '') : ''
  const call = `${method} ${pathOf(url)}?${given.query}\n${version ?? ''}\n${length}\n`
  const fingerprint = new Bun.CryptoHasher('sha256').update(call).update(text).digest('base64')
  return { version, once: { owner: ownerOf(given), key, fingerprint } }
}
