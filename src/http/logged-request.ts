import type { Server } from 'bun'
import { type AppRecord, appKey } from '../domain/app.ts'
import type { Caller } from '../domain/event.ts'
import type { Origin } from './origin.ts'
import { requestIdOf } from './request-id.ts'
import { pathOf } from './url.ts'

const ofApp = Symbol('app')
const ofCaller = Symbol('caller')

type Noted = Request & { [ofApp]?: AppRecord; [ofCaller]?: Caller }

/** Takes down who calls, for the log. On the request itself, as its id is. */
export function noteCaller(request: Noted, app: AppRecord, caller: Caller): void {
  request[ofApp] = app
  request[ofCaller] = caller
}

const nameOf = (caller: Caller): string => {
  if (caller.kind === 'user') return `user ${caller.username}`
  return caller.operator === undefined ? 'app' : `operator ${caller.operator}`
}

/** What a line of the log says of a request: `app` and `caller` where they are known by then. */
export function loggedOf(
  request: Noted,
  server: Server<unknown> | undefined,
  addressOf: Origin['addressOf'],
) {
  const { method, url, headers } = request
  const app = request[ofApp]
  const caller = request[ofCaller]
  return {
    requestId: requestIdOf(request),
    traceparent: headers.get('traceparent') ?? undefined,
    method,
    path: pathOf(url),
    app: app && appKey(app),
    caller: caller && nameOf(caller),
    address: server && addressOf(request, server),
  }
}
