import type { Server } from 'bun'
import type { AppRecord } from '../domain/app.ts'
import { type Dialect, dialectOf } from '../domain/dialect.ts'
import { type Caller, theApp } from '../domain/event.ts'
import { unauthorized } from '../domain/failures.ts'
import type { Terms } from '../engine/commit.ts'
import { isForAppAlone } from '../operations/allowed.ts'
import type { HttpCall, Operation } from '../operations/operation.ts'
import { cutReason } from '../operations/reason.ts'
import { Json, type OperationRequest, type Reply } from '../operations/request.ts'
import { type Envelope, isEnvelope } from '../operations/schemas.ts'
import type { Awaitable } from '../store/database.ts'
import { bodyCheck, parseForm, parseJson, readBody, withoutNulls } from './body.ts'
import { bearer, callOf, HttpClient, type PathParts } from './call.ts'
import { operatorCalling, sessionCookie } from './console/session.ts'
import type { Deps } from './deps.ts'
import {
  bareText,
  type Call,
  type Extras,
  fileResponse,
  jsonResponse,
  streamResponse,
  success,
  successFrom,
  successHead,
  successInPieces,
  varyByCaller,
} from './envelope.ts'
import { noteCaller } from './logged-request.ts'
import { countCall } from './rate-limits.ts'
import { rehearse } from './rehearsal.ts'
import { runOnce } from './retries.ts'
import { announcesBody, checkStillOpen } from './still-open.ts'
import { isTrial, termsOf } from './terms.ts'
import { queryOf } from './url.ts'

/** Responds to a request that a route has matched. */
export type Endpoint = (request: Request, params: PathParts, server: Server<unknown>) => Promise<Response>

export type Called = Operation & { call: HttpCall }

const noBody = { text: '' }

/** Who calls without a token; undefined where one is needed. Fails where the app does not allow it. */
function anonymous({ withoutToken }: HttpCall, app: AppRecord, request: Request): Caller | undefined {
  if (withoutToken === undefined) return undefined
  if (withoutToken === 'always') return theApp
  if (request.headers.has('authorization')) return undefined
  if (app.settings[withoutToken.where]) return theApp
  throw withoutToken.otherwise()
}

/** Resolves the caller from the token; synchronous for app tokens. Fails with `unauthorized`. */
function callerOf(
  { login }: Deps,
  { allowed }: Operation,
  app: AppRecord,
  token: string | undefined,
): Awaitable<Caller> {
  if (token === undefined) throw unauthorized()
  if (isForAppAlone(allowed)) {
    if (!login.isApp(app, token)) throw unauthorized()
    return theApp
  }
  const known = (caller: Caller | undefined): Caller => {
    if (!caller) throw unauthorized()
    return caller
  }
  const found = login.callerOf(app, token)
  return found instanceof Promise ? found.then(known) : known(found)
}

/** Runs an operation as its kind requires. */
function run(
  deps: Deps,
  operation: Operation,
  { app, caller }: OperationRequest,
  input: unknown,
  terms: Terms | undefined,
): Awaitable<unknown> {
  const context = { app, caller, store: deps.store, now: deps.now() }
  switch (operation.kind) {
    case 'write':
      return deps.commit(app.id, caller, operation, input as never, terms)
    case 'read':
      return operation.execute(context, input as never)
    case 'action': {
      const act = () => operation.execute({ ...context, services: deps }, input as never)
      return terms?.once ? runOnce(deps, app.id, terms.once, act) : act()
    }
  }
}

/** The envelope's fields beside `data`, as the operation declares them. */
function extrasOf(
  { params, users, path, ownPath, metadata }: Envelope,
  { count, total, cursor, entities }: Reply,
  { query }: OperationRequest,
  { app, uri }: Call,
): Extras {
  const extras: Extras = { total, cursor }
  if (params) extras.params = query
  if (users) extras.path = '/users'
  if (path) extras.path = path
  if (ownPath) extras.path = uri.split(`/${app.org}/${app.name}`).at(-1) ?? ''
  if (metadata === 'removed') extras.status = 'ok'
  if (count !== undefined) extras.count = count
  if (entities !== undefined) extras.entities = entities
  return extras
}

const textOf = (data: unknown): string | AsyncGenerator<string> | undefined => {
  if (data instanceof Json) return data.text
  return data === undefined ? undefined : JSON.stringify(data)
}

interface Done {
  request: Request
  server: Server<unknown>
  operation: Called
  call: Call
  given: OperationRequest
  input: unknown
  output: unknown
  /** What would happen, of a call that was only tried. */
  events?: unknown[]
}

/** Turns what an operation gave into a response, which is cached where the operation declares on what it depends. */
function respond(deps: Deps, done: Done): Response {
  const { request, server, operation, call, given, input, output, events } = done
  const { response, reply, dependsOn } = operation.call
  const replied = reply(output, input, given)
  if (replied.etag !== undefined) call.headers = { ...call.headers, etag: replied.etag }
  if (replied.stream) return streamResponse(call.requestId, replied.stream, call.headers)
  if (replied.file) return fileResponse(call.requestId, replied.file)
  if (!isEnvelope(response))
    return jsonResponse(call.requestId, JSON.stringify(replied.data), 200, call.headers)
  const { requestId, startedMs, headers } = call
  if (response.bare) return jsonResponse(requestId, bareText(startedMs, replied.data), 200, headers)
  const extras = extrasOf(response, replied, given, call)
  if (events) extras.events = events
  const data = textOf(replied.data)
  if (typeof data === 'object') return successInPieces(call, extras, data)
  const { app, caller } = given
  const room = caller.kind === 'app' ? dependsOn?.(input, given) : undefined
  if (room === undefined || data === undefined) return success(call, data, extras)
  const head = successHead(call, data, extras)
  const { etag } = replied
  deps.responses.add(deps.cacheKeyOf(request, server), { app, operation: operation.id, room, head, etag })
  return successFrom(head, requestId, startedMs, headers)
}

/** The service of custom attributes names its own address without the room. */
const metadataUri = (uri: string): string => uri.replace(/(\/metadata\/chatroom)\/.*$/, '$1')

/**
 * The endpoint of one operation: app, caller and rate are known before a body is read; then request to input, input to
 * output, output to response.
 */
export function endpointOf(deps: Deps, operation: Called, route: string): Endpoint {
  const { call: declared } = operation
  const check = declared.body && bodyCheck(declared.body, declared.bodyWords)
  const isMetadata = isEnvelope(declared.response) && declared.response.metadata !== undefined
  const mayBeMistaken = operation.kind !== 'read'
  const mayBeOperator = declared.withoutToken !== 'always'
  const operatorOf = operatorCalling(deps, operation)
  const hasTerms = mayBeMistaken && mayBeOperator
  const callsPerSecond = declared.callsPerSecond ?? 100

  async function bodyOf(request: Request, dialect: Dialect): Promise<{ text: string; body?: unknown }> {
    if (!check) return noBody
    const text = await readBody(request)
    const json = declared.form ? parseForm(text) : parseJson(text, declared.bodyWords?.notJson)
    return { text, body: check(text.includes('null') ? withoutNulls(json) : json, dialect === 'sdk') }
  }

  return async (request, params, server) => {
    const call = callOf(deps, request, params, server)
    const { app } = call
    if (declared.action !== undefined) call.action = declared.action
    if (isMetadata) call.uri = metadataUri(call.uri)
    const token = bearer(request)
    const cookie = token === undefined && mayBeOperator ? sessionCookie(request) : undefined
    const signedIn = cookie === undefined ? undefined : await operatorOf(request, server, cookie)
    const nobody = signedIn ? undefined : anonymous(declared, app, request)
    const found = signedIn?.caller ?? nobody ?? callerOf(deps, operation, app, token)
    const known = found instanceof Promise ? await found : found
    const query = queryOf(request)
    const reason = operation.kind === 'read' ? undefined : cutReason(query.get('reason'))
    const caller = reason === undefined ? known : { ...known, reason }
    noteCaller(request, app, caller)
    const isAnonymous = nobody !== undefined
    if (app.settings.rateLimits) call.headers = await countCall(deps, app, route, callsPerSecond)
    const dialect = dialectOf(app.settings, () => request.headers.get('user-agent'))
    if (declared.hasDialects && app.settings.dialect === 'auto')
      call.headers = call.headers ? { ...call.headers, ...varyByCaller } : varyByCaller
    const { text, body } = await bodyOf(request, dialect)
    if (mayBeMistaken && !announcesBody(request)) await checkStillOpen(request)
    const client = new HttpClient(request, deps.addressOf, server)
    const given: OperationRequest = {
      app,
      caller,
      params,
      query,
      body,
      token,
      isSignedIn: signedIn?.isSignedIn,
      isAnonymous,
      client,
      dialect,
      uri: call.uri,
    }
    const terms = hasTerms ? termsOf(request, given, text) : undefined
    const isRehearsal = hasTerms && isTrial(given.query)
    const other = declared.instead?.(given)
    if (other) {
      const { output, events } = isRehearsal
        ? await rehearse(deps, other.operation, given, other.input, terms)
        : { output: await run(deps, other.operation, given, other.input, terms) }
      return success(call, JSON.stringify(output), events ? { events } : {})
    }
    const made = declared.input(given, deps)
    const input = made instanceof Promise ? await made : made
    const done = { request, server, operation, call, given, input }
    if (isRehearsal)
      return respond(deps, { ...done, ...(await rehearse(deps, operation, given, input, terms)) })
    return respond(deps, { ...done, output: await run(deps, operation, given, input, terms) })
  }
}
