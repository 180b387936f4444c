import { Elysia } from 'elysia'
import type { AppRecord } from '../apps/app.ts'
import type { Caller } from '../events.ts'
import { Failure } from '../failure.ts'
import type { Awaitable } from '../store/database.ts'
import { parseJson, readText, withoutNulls } from './body.ts'
import type { Deps } from './deps.ts'
import type { Call } from './envelope.ts'
import { countCall } from './rate-limits.ts'
import { requestIdOf } from './request-id.ts'

export const unauthorized = (): Failure => new Failure('unauthorized', 'Unable to authenticate (OAuth)')

/** The token of `Authorization: Bearer <token>`, with exactly one space; undefined without one. */
export function bearer(request: Request): string | undefined {
  const header = request.headers.get('authorization')
  return header?.startsWith('Bearer ') && !header.includes(' ', 7) ? header.slice(7) : undefined
}

/** Who calls, by the token: at once where the app itself does, which is the usual case. */
function callerOf({ login }: Deps, app: AppRecord, request: Request): Awaitable<Caller | undefined> {
  const token = bearer(request)
  return token === undefined ? undefined : login.callerOf(app, token)
}

/** Fails with the reference's `unauthorized` on every bad token. */
function known(caller: Caller | undefined): Caller {
  if (!caller) throw unauthorized()
  return caller
}

/** The same for what only the app itself may call. */
function knownApp(caller: Caller | undefined): Caller {
  if (caller?.kind !== 'app') throw unauthorized()
  return caller
}

/** The path of a request's URL, as it was sent, with no query. */
const uriOf = ({ url }: Request): string => {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** Parts of a path; one that is not percent-encoded UTF-8 text is null. */
type PathParts = Record<string, string | null>

function checkParts(parts: PathParts): void {
  for (const part of Object.values(parts)) {
    if (part === null || part.includes('\0'))
      throw new Failure('illegal_argument', 'this is an invalid request.')
  }
}

function callOf({ findApp, now }: Deps, request: Request, parts: PathParts) {
  const started = now()
  const uri = uriOf(request)
  if (uri.includes('%')) checkParts(parts)
  const { org, app: name } = parts as { org: string; app: string }
  const record = findApp(org, name)
  if (!record) {
    const path = new URL(uri).pathname.slice(1)
    throw new Failure(
      'organization_application_not_found',
      `Could not find application for ${org}/${name} from URI: ${path}`,
    )
  }
  const call: Call = {
    app: record,
    uri,
    action: request.method.toLowerCase(),
    started,
    requestId: requestIdOf(request),
  }
  return { app: record, call }
}

/** A body is read as text, or found unreadable, before it is known who calls; what it says counts only after that. */
const readBody = ({ request }: { request: Request }) =>
  readText(request).then(
    (text) => ({ text }),
    (unreadable: unknown) => ({ unreadable }),
  )

function parseBody(context: { body: unknown; app: AppRecord }): void {
  if (context.body === undefined) return
  const read = context.body as { text: string } | { unreadable: unknown }
  if ('unreadable' in read) throw read.unreadable
  const body = parseJson(read.text)
  context.body = context.app.settings.dialect === 'sdk' ? withoutNulls(body) : body
}

const signedIn = (deps: Deps) =>
  new Elysia({
    prefix: '/:org/:app',
    normalize: false,
    detail: { security: [{ appToken: [] }, { userToken: [] }] },
  }).derive(async ({ request, params, route }) => {
    const { app, call } = callOf(deps, request, params)
    const found = callerOf(deps, app, request)
    const caller = known(found instanceof Promise ? await found : found)
    if (app.settings.rateLimits) call.headers = await countCall(deps, app, request, route)
    return { app, call, caller }
  })

/** Routes for the app itself and its users: gives them `app`, `caller` and `call`. */
export const forApp = (deps: Deps) => signedIn(deps).onParse(readBody).onTransform(parseBody)

/** The same for bodies that are no JSON: the route reads them itself. */
export const forUpload = signedIn

/** Routes that ask for an app token: gives them `app`, `caller` and `call`. */
export const forServer = (deps: Deps) =>
  new Elysia({ prefix: '/:org/:app', normalize: false, detail: { security: [{ appToken: [] }] } })
    .derive(async ({ request, params, route }) => {
      const { app, call } = callOf(deps, request, params)
      const caller = knownApp(await callerOf(deps, app, request))
      if (app.settings.rateLimits) call.headers = await countCall(deps, app, request, route)
      return { app, call, caller }
    })
    .onParse(readBody)
    .onTransform(parseBody)

/** Routes of an app that anybody may call, such as asking for a token: gives them `app` and `call`. */
export const forAnyone = (deps: Deps) =>
  new Elysia({ prefix: '/:org/:app', normalize: false, detail: { security: [] } })
    .derive(async ({ request, params, route }) => {
      const { app, call } = callOf(deps, request, params)
      if (app.settings.rateLimits) call.headers = await countCall(deps, app, request, route)
      return { app, call }
    })
    .onParse(readBody)
    .onTransform(parseBody)

/** Registration: an app token, or, where the app allows open registration, none. Gives `open` too. */
export const forRegistration = (deps: Deps) =>
  new Elysia({ prefix: '/:org/:app', normalize: false, detail: { security: [{ appToken: [] }, {}] } })
    .derive(async ({ request, params, route }) => {
      const { app, call } = callOf(deps, request, params)
      const open = !request.headers.has('authorization')
      if (open && !app.settings.openRegistration) {
        throw new Failure('unauthorized', "Open registration doesn't allow, so register user need token")
      }
      const caller: Caller = open ? { kind: 'app' } : knownApp(await callerOf(deps, app, request))
      if (app.settings.rateLimits) call.headers = await countCall(deps, app, request, route)
      return { app, call, caller, open }
    })
    .onParse(readBody)
    .onTransform(parseBody)
