import type { Server } from 'bun'
import type { AppRecord } from '../domain/app.ts'
import { failure } from '../domain/failures.ts'
import type { Client } from '../operations/request.ts'
import type { Deps } from './deps.ts'
import type { Call } from './envelope.ts'
import { receiveFile } from './multipart.ts'
import { requestIdOf } from './request-id.ts'
import { pathOf } from './url.ts'

export const invalidRequest = failure('illegal_argument', 'this is an invalid request.', {
  en: 'a path that is not percent-encoded UTF-8, or holds NUL',
  zh: '路径不是百分号编码的 UTF-8，或含有 NUL',
})

export const appMissing = failure(
  'organization_application_not_found',
  'Could not find application for {org_name}/{app_name} from URI: {path}',
  { en: 'there is no such app', zh: '应用不存在' },
)

/** Parts of a path by their names in the route, decoded. */
export type PathParts = Readonly<Record<string, string>>

/** The token of `Authorization: Bearer <token>`, with exactly one space; undefined without one. */
export function bearer(request: Request): string | undefined {
  const header = request.headers.get('authorization')
  return header?.startsWith('Bearer ') && !header.includes(' ', 7) ? header.slice(7) : undefined
}

/** Fails with `invalidRequest` where percent-decoding met no UTF-8 (it leaves U+FFFD), and on NUL. */
function checkParts(parts: PathParts): void {
  for (const name in parts) {
    const part = parts[name] as string
    if (part.includes('\uFFFD') || part.includes('\0')) throw invalidRequest()
  }
}

/** The app that a call names, and what its response repeats. Fails with `appMissing`. */
export function callOf(
  { findApp, now, urlOf }: Deps,
  request: Request,
  parts: PathParts,
  server: Server<unknown>,
): Call & { app: AppRecord } {
  const startedMs = now()
  const { url } = request
  if (url.includes('%')) checkParts(parts)
  const { org = '', app: name = '' } = parts
  const app = findApp(org, name)
  if (!app) throw appMissing({ org_name: org, app_name: name, path: pathOf(url).slice(1) })
  return {
    app,
    uri:
      org === 'app-id'
        ? urlOf(request, server).replace(`/app-id/${name}/`, `/${app.org}/${app.name}/`)
        : urlOf(request, server),
    action: request.method.toLowerCase(),
    startedMs,
    requestId: requestIdOf(request),
  }
}

/** The sender of a request. */
export class HttpClient implements Client {
  constructor(
    private readonly request: Request,
    private readonly addressOf: Deps['addressOf'],
    private readonly server: Server<unknown>,
  ) {}

  get address(): string {
    return this.addressOf(this.request, this.server)
  }

  get signal(): AbortSignal {
    return this.request.signal
  }

  header(name: string): string | null {
    return this.request.headers.get(name)
  }

  receiveFile<T>(store: (chunks: AsyncIterable<Uint8Array>, name: () => string) => Promise<T>): Promise<T> {
    return receiveFile(this.request, store)
  }
}
