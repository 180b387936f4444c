import { createHash, timingSafeEqual } from 'node:crypto'
import { Failure } from '../failure.ts'
import { failed } from './envelope.ts'
import type { Row } from './replies.ts'
import { requestIdOf } from './request-id.ts'

/** Who may see the pages of the operator: the metrics and the API description. */
export interface PageAccess {
  /** Whether they have an address of their own, and are nowhere else. */
  apart: boolean
  /** The token that they ask for; empty asks for none. */
  token: string
}

/** What the pages of the operator refuse, in the API description. */
export const pageRows: readonly Row[] = [
  ['unauthorized', 'Unable to authenticate (OAuth)', 'the setting `metrics_token` asks for its token'],
  [
    'service_resource_not_found',
    'Service resource not found',
    'the setting `metrics_port` has moved this to another address',
  ],
]

const paths = /^[^:]+:\/\/[^/]*\/(?:metrics|openapi\.json|docs(?:\/[^/?#]+)?)(?:[?#]|$)/

/** Whether a URL names a page of the operator, exactly: Elysia takes `/metrics/` for `/metrics`. */
const isPage = ({ url }: Request): boolean => paths.test(url)

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The token of `Bearer`, or the password of `Basic`, which is what browsers ask for. */
function givenToken(request: Request): string {
  const [, scheme = '', value = ''] =
    /^(bearer|basic) +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (scheme.toLowerCase() !== 'basic') return value
  return Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
}

const nowhere = (): Failure => new Failure('service_resource_not_found', 'Service resource not found')

/** Guards the pages of the operator. */
export function pageGuard({ apart, token }: PageAccess) {
  const cameApart = new WeakSet<Request>()
  const wanted = hashOf(token)

  return {
    /** A hook of every page; answers nothing where the page may be seen. */
    check({ request }: { request: Request }): Response | undefined {
      if (!isPage(request) || (apart && !cameApart.has(request))) throw nowhere()
      if (token === '' || timingSafeEqual(hashOf(givenToken(request)), wanted)) return undefined
      return failed(requestIdOf(request), new Failure('unauthorized', 'Unable to authenticate (OAuth)'), {
        'www-authenticate': 'Basic realm="chatroomd", charset="UTF-8"',
      })
    },

    /** Serves the pages, and nothing else, on their own address. */
    fetchApart:
      (serve: (request: Request) => Response | Promise<Response>) =>
      (request: Request): Response | Promise<Response> => {
        if (!isPage(request)) return failed(requestIdOf(request), nowhere())
        cameApart.add(request)
        return serve(request)
      },
  }
}

export type PageGuard = ReturnType<typeof pageGuard>
