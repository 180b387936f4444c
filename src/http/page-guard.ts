import { createHash, timingSafeEqual } from 'node:crypto'
import { failure, notFound, unauthorized } from '../domain/failures.ts'
import { failed } from './envelope.ts'
import { requestIdOf } from './request-id.ts'

/** Who may see the pages of the operator: the metrics and the API description. */
export interface PageAccess {
  /** Whether they have an address of their own, and are nowhere else. */
  apart: boolean
  /** The token that they require; empty requires none. */
  token: string
}

const tokenWanted = failure(unauthorized.word, unauthorized.text, {
  en: 'the setting `metrics_token` requires its token',
  zh: '设置了 `metrics_token`，需要提供该 token',
})

const movedAway = failure(notFound.word, notFound.text, {
  en: 'the setting `metrics_port` has moved this to another address',
  zh: '已通过 `metrics_port` 设置移到其他地址',
})

/** What the pages of the operator refuse. */
export const pageFailures = [tokenWanted, movedAway] as const

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The token of `Bearer`, or the password of `Basic`, for which browsers prompt. */
function givenToken(request: Request): string {
  const [, scheme = '', value = ''] =
    /^(bearer|basic) +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (scheme.toLowerCase() !== 'basic') return value
  return Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
}

/** Guards the pages of the operator: returns nothing where the page may be seen. */
export function pageGuard({ apart, token }: PageAccess) {
  const wanted = hashOf(token)
  return (request: Request, isOnOwnAddress: boolean): Response | undefined => {
    if (apart && !isOnOwnAddress) throw movedAway()
    if (token === '' || timingSafeEqual(hashOf(givenToken(request)), wanted)) return undefined
    return failed(requestIdOf(request), tokenWanted(), {
      'www-authenticate': 'Basic realm="chatroomd", charset="UTF-8"',
    })
  }
}
