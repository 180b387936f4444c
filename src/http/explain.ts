import { Failure } from '../domain/failure.ts'
import { type FailureRow, unknownAction } from '../domain/failures.ts'
import { isObject } from '../domain/is-object.ts'
import type { OperationRequest } from '../operations/request.ts'
import type { Explain, Explained, Tried } from '../operations/services.ts'
import { bodyCheck, withoutNulls } from './body.ts'
import type { Deps } from './deps.ts'
import { failuresOf } from './openapi-failures.ts'
import { rehearse } from './rehearsal.ts'
import type { Called } from './respond.ts'

/** Matches a documented text, whose `{names}` stand for anything. */
function patternOf(text: string): RegExp {
  const parts = text.split(/\{\w+\}/).map((part) => RegExp.escape(part))
  return new RegExp(`^${parts.join('[^]*')}$`)
}

const isFailureOf = ({ word, text }: FailureRow, refusal: Failure): boolean =>
  word === refusal.word && patternOf(text).test(refusal.text)

function refusedBy(operation: Called, refusal: Failure): Explained {
  const row = failuresOf(operation).find((each) => isFailureOf(each, refusal))
  return {
    allowed: false,
    status: refusal.status,
    error: refusal.word,
    error_description: refusal.text,
    ...(row ? { why: row.when } : {}),
  }
}

/** Explains what calls would do, or which rule refuses them: they run and are rolled back. */
export function explainer(
  deps: Omit<Deps, 'explain' | 'permissions'>,
  operations: readonly Called[],
): Explain {
  const byId = new Map(operations.map((operation) => [operation.id, operation]))

  async function tryOut(operation: Called, given: OperationRequest): Promise<Explained> {
    const { call } = operation
    const services = deps as Deps
    const body = call.body && bodyCheck(call.body, call.bodyWords)(withoutNulls(given.body ?? {}), false)
    const whole = { ...given, body }
    const other = call.instead?.(whole)
    const { operation: tried, input } = other ?? { operation, input: await call.input(whole, services) }
    if (tried.kind === 'read') {
      const { app, caller } = given
      await tried.execute({ app, caller, store: deps.store, now: deps.now() }, input as never)
      return { allowed: true }
    }
    const { events } = await rehearse(deps, tried, given, input, undefined)
    return { allowed: true, events }
  }

  async function trySpeaking({ app, caller, params, body }: Omit<Tried, 'id'>): Promise<Explained> {
    // Servers speak where a chat room is open; what they may is said by the call itself.
    if (caller.kind !== 'user') throw unknownAction({ action: 'speak' })
    const text = isObject(body) && typeof body.text === 'string' ? body.text : undefined
    const { silence, ...speaking } = await deps.maySpeak(
      app,
      (params as Record<string, string>).chatroom_id ?? '',
      caller.username,
      text,
    )
    if (!silence) return { allowed: true, speaking }
    const { code, reason, why } = silence
    return { allowed: false, code, error_description: reason, why, speaking }
  }

  return async ({ id, ...asked }) => {
    if (id === 'speak') return trySpeaking(asked)
    const operation = byId.get(id)
    if (!operation || operation.kind === 'action') throw unknownAction({ action: id })
    const given: OperationRequest = {
      ...asked,
      token: undefined,
      isSignedIn: undefined,
      isAnonymous: false,
      dialect: 'docs',
      uri: '',
    }
    try {
      return await tryOut(operation, given)
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.status >= 500) throw thrown
      return refusedBy(operation, thrown)
    }
  }
}
