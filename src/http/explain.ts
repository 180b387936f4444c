import { issueToken } from '../auth/tokens.ts'
import type { AppRecord } from '../domain/app.ts'
import type { Caller } from '../domain/event.ts'
import { Failure } from '../domain/failure.ts'
import { type FailureRow, unauthorized, unknownAction } from '../domain/failures.ts'
import { isObject } from '../domain/is-object.ts'
import { nearNames } from '../domain/near-names.ts'
import type { Allowed } from '../operations/allowed.ts'
import type { HttpCall, HttpOperation } from '../operations/operation.ts'
import type { OperationRequest } from '../operations/request.ts'
import type { Explain, Explained, Tried } from '../operations/services.ts'
import { anonymous, callerOf } from './caller.ts'
import { bodyCheck } from './check-body.ts'
import type { Deps } from './deps.ts'
import { operationIdOf } from './openapi.ts'
import { failuresOf } from './openapi-failures.ts'
import { withoutNulls } from './parse-body.ts'
import { rehearse } from './rehearsal.ts'
import { rehearsedClient } from './rehearsed-client.ts'
import { rehearsedServices } from './rehearsed-services.ts'
import { remedyOf } from './remedy.ts'
import { isTrial, takesTerms, versionIn } from './terms.ts'

/** Matches a documented text, whose `{names}` stand for anything. */
function patternOf(text: string): RegExp {
  const parts = text.split(/\{\w+\}/).map((part) => RegExp.escape(part))
  return new RegExp(`^${parts.join('[^]*')}$`)
}

type Thrown = Pick<Failure, 'word' | 'text' | 'status'>

/** Characters of a text that do not vary. */
const literalOf = ({ text }: FailureRow): number => text.replace(/\{\w+\}/g, '').length

const isFailureOf = ({ word, text, status }: FailureRow, refusal: Thrown): boolean =>
  word === refusal.word && status === refusal.status && patternOf(text).test(refusal.text)

/** The declaration of a failure: where several fit, the one that says most. */
export function declarationOf(operation: HttpOperation, refusal: Thrown): FailureRow | undefined {
  const rows = failuresOf(operation).filter((each) => isFailureOf(each, refusal))
  return rows.reduce<FailureRow | undefined>(
    (best, row) => (best && literalOf(best) >= literalOf(row) ? best : row),
    undefined,
  )
}

function refusedBy(operation: HttpOperation, allowed: Allowed, refusal: Failure): Explained {
  const { status, word: error, text: error_description } = refusal
  const row = declarationOf(operation, refusal)
  const rule = row && { why: { en: row.when.en, zh: row.when.zh }, ...remedyOf(allowed, row) }
  return { allowed: false, status, error, error_description, ...rule }
}

/** Whose rights apply: those of the call, or of another write that it stands for. */
interface Running {
  allowed: Allowed
}

/** Every part of the path of a call, empty: what the question does not name is there, too. */
const emptyParts = ({ routes }: HttpCall): Record<string, string> =>
  Object.fromEntries([...(routes[0] ?? '').matchAll(/:(\w+)/g)].map(([, name = '']) => [name, '']))

/** The failure for an action that is none of `names`, with those that may be meant. */
function unknown(action: string, names: string[]): Failure {
  const near = nearNames(action, names)
  return unknownAction({
    action,
    suggestion: near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`,
  })
}

/** Seconds for which the token of a call that is tried is good. */
const tokenSeconds = 60

/** Explains what calls would do, or which rule refuses them: they run and leave nothing. */
export function explainer(
  deps: Omit<Deps, 'explain' | 'permissions'>,
  operations: readonly HttpOperation[],
): Explain {
  let known: Map<string, HttpOperation> | undefined

  /** Calls by their names. */
  function callsById(): Map<string, HttpOperation> {
    const byId = new Map<string, HttpOperation>(
      deps.overSockets.map((operation) => [operation.id, operation]),
    )
    for (const operation of operations)
      for (const route of operation.call.routes) byId.set(operationIdOf(operation, route), operation)
    return byId
  }

  /** A token as the caller would have it: it is checked as that of a call is. */
  async function tokenOf(app: AppRecord, username: string | null | undefined): Promise<string | undefined> {
    if (username === null) return undefined
    const now = deps.now()
    if (username === undefined) return issueToken(app, { kind: 'app' }, tokenSeconds, now)
    const user = await deps.store.users.findUser(app.id, username)
    return issueToken(app, { kind: 'user', username, epoch: user?.tokenEpoch ?? 0 }, tokenSeconds, now)
  }

  async function givenOf(operation: HttpOperation, tried: Tried): Promise<OperationRequest> {
    const { app, username, params, query, body, client, headers } = tried
    const token = await tokenOf(app, username)
    const nobody = anonymous(operation.call, app, token !== undefined)
    const caller: Caller = nobody ?? (await callerOf(deps, operation, app, token))
    const check = operation.call.body && bodyCheck(operation.call.body, operation.call.bodyWords)
    return {
      app,
      params: { ...emptyParts(operation.call), ...params },
      query,
      token,
      caller,
      body: check ? check(withoutNulls(body ?? {}), false) : body,
      client: rehearsedClient(client, headers, body),
      isSignedIn: undefined,
      isAnonymous: nobody !== undefined,
      dialect: 'docs',
      uri: '',
    }
  }

  async function tryOut(operation: HttpOperation, tried: Tried, running: Running): Promise<Explained> {
    const exploring = { ...deps, rehearse: deps.explore, explain } as Deps
    const given = await givenOf(operation, tried)
    if (takesTerms(operation)) isTrial(given.query)
    const other = operation.call.instead?.(given)
    const run = other?.operation ?? operation
    running.allowed = run.allowed
    const services = rehearsedServices(exploring, [])
    const input = other ? other.input : await operation.call.input(given, services)
    const version = versionIn(tried.headers.get('if-match') ?? null)
    const { output, events } = await rehearse(exploring, run, given, input, { version })
    if (!other) await operation.call.reply(output, input, given).stream?.cancel()
    return run.kind === 'read' ? { allowed: true } : { allowed: true, events }
  }

  async function trySpeaking({ app, username, params, body }: Tried): Promise<Explained> {
    const text = isObject(body) && typeof body.text === 'string' ? body.text : undefined
    const room = (params as Record<string, string>).chatroom_id ?? ''
    const token = await tokenOf(app, username)
    if (token === undefined || !(await deps.login.callerOf(app, token))) throw unauthorized()
    const { silence, ...speaking } = await deps.maySpeak(app, room, username as string, text)
    if (!silence) return { allowed: true, speaking }
    const { code, reason, why } = silence
    const { lift, ...rule } = why
    const { en, zh, ...lifted_by } = lift ?? rule
    return {
      allowed: false,
      code,
      error_description: reason,
      why: rule,
      change: { en, zh },
      lifted_by,
      speaking,
    }
  }

  async function explain(tried: Tried): Promise<Explained> {
    // Who may speak has joined. What servers may send is said by their calls.
    known ??= callsById()
    const operation = known.get(tried.id === 'speak' ? 'joinRoom' : tried.id)
    if (!operation) throw unknown(tried.id, [...known.keys(), 'speak'])
    const isOverSocket = operation.call.routes.length === 0
    if (isOverSocket && typeof tried.username !== 'string') throw unknown(tried.id, [])
    const running: Running = { allowed: operation.allowed }
    try {
      return await (tried.id === 'speak' ? trySpeaking(tried) : tryOut(operation, tried, running))
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.status >= 500) throw thrown
      return refusedBy(operation, running.allowed, thrown)
    }
  }

  return explain
}
