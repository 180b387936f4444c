import { Elysia } from 'elysia'
import type { AppRecord } from '../apps/app.ts'
import type { Caller } from '../events.ts'
import { Failure } from '../failure.ts'
import type { Awaitable } from '../store/database.ts'
import { parseJson, readBody, withoutNulls } from './body.ts'
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

/** Tells who calls, by the token: at once where it is the app itself. Fails with the reference's `unauthorized`. */
const signedIn = ({ login }: Deps) => {
  const known = (caller: Caller | undefined): Caller => {
    if (!caller) throw unauthorized()
    return caller
  }
  return (app: AppRecord, request: Request): Awaitable<Caller> => {
    const token = bearer(request)
    const found = token === undefined ? undefined : login.callerOf(app, token)
    return found instanceof Promise ? found.then(known) : known(found)
  }
}

/** Fails with `unauthorized` for whoever is not the app itself. */
const appItself =
  ({ login }: Deps) =>
  (app: AppRecord, request: Request): Caller => {
    const token = bearer(request)
    if (token === undefined || !login.isApp(app, token)) throw unauthorized()
    return { kind: 'app' }
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

/** What is known of a request before its route sees it. */
interface Started {
  request: Request
  params: PathParts
  route: string
}

/** What a route of an app is given; its body, too, whose type is that of the route's schema. */
type Begun<C> = { app: AppRecord; call: Call; caller: C }

/**
 * What every call of an app begins with: the app and the call, who calls, and the limit of calls. Only then is a
 * body read: who may not call cannot make the server wait for one, or keep it.
 */
async function begin<C>(
  deps: Deps,
  { request, params, route }: Started,
  callerOf: (app: AppRecord, request: Request) => Awaitable<C>,
  readsBody = request.method !== 'GET',
): Promise<Begun<C>> {
  const { app, call } = callOf(deps, request, params)
  const found = callerOf(app, request)
  const caller = found instanceof Promise ? await found : found
  if (app.settings.rateLimits) call.headers = await countCall(deps, app, request, route)
  if (!readsBody) return { app, call, caller }
  const json = parseJson(await readBody(request))
  const body = app.settings.dialect === 'sdk' ? withoutNulls(json) : json
  return { app, call, caller, body } as Begun<C>
}

/**
 * Routes under an app's path. What begins their calls names what it takes of a request: Elysia would take all apart,
 * the query and cookies too, for a function that is given the whole.
 */
const underApp = (security: Record<string, never[]>[]) =>
  new Elysia({ prefix: '/:org/:app', normalize: false, detail: { security } })

const bothTokens = [{ appToken: [] }, { userToken: [] }]

/** Routes for the app itself and its users: gives them `app`, `caller` and `call`. */
export const forApp = (deps: Deps) => {
  const callerOf = signedIn(deps)
  return underApp(bothTokens).derive(({ request, params, route }) =>
    begin(deps, { request, params, route }, callerOf),
  )
}

/** The same for bodies that are no JSON: the route reads them itself. */
export const forUpload = (deps: Deps) => {
  const callerOf = signedIn(deps)
  return underApp(bothTokens).derive(({ request, params, route }) =>
    begin(deps, { request, params, route }, callerOf, false),
  )
}

/** Routes that ask for an app token: gives them `app`, `caller` and `call`. */
export const forServer = (deps: Deps) => {
  const callerOf = appItself(deps)
  return underApp([{ appToken: [] }]).derive(({ request, params, route }) =>
    begin(deps, { request, params, route }, callerOf),
  )
}

/** Routes of an app that anybody may call, such as asking for a token: gives them `app` and `call`. */
export const forAnyone = (deps: Deps) =>
  underApp([]).derive(({ request, params, route }) =>
    begin(deps, { request, params, route }, () => undefined),
  )

/** Registration: an app token, or, where the app allows open registration, none. Gives `open` too. */
export const forRegistration = (deps: Deps) => {
  const withToken = appItself(deps)
  return underApp([{ appToken: [] }, {}]).derive(async ({ request, params, route }) => {
    const open = !request.headers.has('authorization')
    const begun = await begin(deps, { request, params, route }, (app) => {
      if (!open) return withToken(app, request)
      if (app.settings.openRegistration) return { kind: 'app' as const }
      throw new Failure('unauthorized', "Open registration doesn't allow, so register user need token")
    })
    return { ...begun, open }
  })
}
