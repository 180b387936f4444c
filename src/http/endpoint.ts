import type { Server } from 'bun'
import { andThen } from '../domain/and-then.ts'
import type { AppRecord } from '../domain/app.ts'
import { type Dialect, dialectOf } from '../domain/dialect.ts'
import type { Terms } from '../engine/commit.ts'
import type { HttpOperation, Operation } from '../operations/operation.ts'
import { cutReason } from '../operations/reason.ts'
import type { OperationRequest } from '../operations/request.ts'
import { isEnvelope } from '../operations/schemas.ts'
import type { Awaitable } from '../store/database.ts'
import { callOf, HttpClient, type PathParts } from './call.ts'
import { callers } from './caller.ts'
import { bodyCheck } from './check-body.ts'
import type { Deps } from './deps.ts'
import { type Call, success, varyByCaller } from './envelope.ts'
import { noteCaller } from './logged-request.ts'
import { parseForm, parseJson, withoutNulls } from './parse-body.ts'
import { countCall } from './rate-limits.ts'
import { readBody } from './read-body.ts'
import { rehearse } from './rehearsal.ts'
import { type Performed, type Received, respond } from './respond.ts'
import { runOnce } from './run-once.ts'
import { announcesBody, checkStillOpen } from './still-open.ts'
import { isTrial, takesTerms, termsOf } from './terms.ts'
import { queryOf } from './url.ts'

/** Responds to a request that a route has matched. */
export type Endpoint = (request: Request, params: PathParts, server: Server<unknown>) => Awaitable<Response>

/** What came beside the path. */
interface Sent {
  text: string
  body?: unknown
}

const noBody: Sent = { text: '' }

type OfApp = Call & { app: AppRecord }

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

/** The service of custom attributes names its own address without the room. */
const metadataUri = (uri: string): string => uri.replace(/(\/metadata\/chatroom)\/.*$/, '$1')

/**
 * The endpoint of one operation: app, caller and rate are known before a body is read; then request to input, input to
 * output, output to response.
 */
export function endpointOf(deps: Deps, operation: HttpOperation, route: string): Endpoint {
  const { call: declared } = operation
  const check = declared.body && bodyCheck(declared.body, declared.bodyWords)
  const isMetadata = isEnvelope(declared.response) && declared.response.metadata !== undefined
  const mayBeMistaken = operation.kind !== 'read'
  const callerIn = callers(deps, operation)
  const hasTerms = takesTerms(operation)
  const callsPerSecond = declared.callsPerSecond ?? 100

  async function bodyOf(
    request: Request,
    dialect: Dialect,
    checked: ReturnType<typeof bodyCheck>,
  ): Promise<Sent> {
    const text = await readBody(request)
    const json = declared.form ? parseForm(text) : parseJson(text, declared.bodyWords?.notJson)
    return { text, body: checked(text.includes('null') ? withoutNulls(json) : json, dialect === 'sdk') }
  }

  /** Reads the body of a call that is within its limits. */
  function receive(request: Request, call: OfApp, dialect: Dialect): Awaitable<Sent> {
    const { settings } = call.app
    const counted = settings.rateLimits ? countCall(deps, call.app, route, callsPerSecond) : undefined
    return andThen(counted, (headers): Awaitable<Sent> => {
      call.headers = headers
      if (declared.hasDialects && settings.dialect === 'auto')
        call.headers = headers ? { ...headers, ...varyByCaller } : varyByCaller
      return check ? bodyOf(request, dialect, check) : noBody
    })
  }

  /** Runs what was received. */
  function perform(received: Received, text: string): Awaitable<Response> {
    const { request, call, given } = received
    const terms = hasTerms ? termsOf(request, given, text) : undefined
    const isRehearsal = hasTerms && isTrial(given.query)
    const done = (operation: Operation, input: unknown): Awaitable<Performed> =>
      isRehearsal
        ? rehearse(deps, operation, given, input, terms)
        : andThen(run(deps, operation, given, input, terms), (output) => ({ output }))
    const other = declared.instead?.(given)
    if (other)
      return andThen(done(other.operation, other.input), ({ output, events }) =>
        success(call, JSON.stringify(output), events ? { events } : {}),
      )
    return andThen(declared.input(given, deps), (input) =>
      andThen(done(operation, input), (each) => respond(deps, { ...received, operation, input, ...each })),
    )
  }

  return (request, params, server) => {
    const call = callOf(deps, request, params, server)
    const { app } = call
    if (declared.action !== undefined) call.action = declared.action
    if (isMetadata) call.uri = metadataUri(call.uri)
    return andThen(callerIn(request, app, server), ({ caller: known, ...calling }) => {
      const query = queryOf(request)
      const reason = operation.kind === 'read' ? undefined : cutReason(query.get('reason'))
      const caller = reason === undefined ? known : { ...known, reason }
      noteCaller(request, app, caller)
      const dialect = dialectOf(app.settings, () => request.headers.get('user-agent'))
      return andThen(receive(request, call, dialect), ({ text, body }) => {
        const client = new HttpClient(request, deps.addressOf, server)
        const given = { app, caller, params, query, body, client, dialect, uri: call.uri, ...calling }
        const received = { request, server, call, given }
        if (!mayBeMistaken || announcesBody(request)) return perform(received, text)
        return checkStillOpen(request).then(() => perform(received, text))
      })
    })
  }
}
