import type { App } from './apps/app.ts'
import { audit } from './apps/audit.ts'
import { defaultSettings } from './apps/settings.ts'
import type { Caller, Event } from './events.ts'
import { Failure, type FailureWord } from './failure.ts'
import { type Args, type OperationName, operations, type Result } from './operations.ts'
import type { Awaitable } from './store/database.ts'
import type { Store } from './store/store.ts'
import type { Unit } from './unit.ts'

/** One write that somebody asks for. `app` is an app's number; 0 for operations on apps themselves. */
export interface Request<N extends OperationName = OperationName> {
  app: number
  caller: Caller
  name: N
  args: Args<N>
}

/** What came of a request, as data that can cross threads. */
export type Outcome =
  | { result: unknown; events: Event[] }
  | { failure: { word: FailureWord; text: string; status: number; cause: string | undefined } }
  | { error: string }

/** Runs one operation after another; the answer is there when it is stored, and the events were told. */
export type Commit = <N extends OperationName>(
  app: number,
  caller: Caller,
  name: N,
  ...args: Args<N>
) => Promise<Result<N>>

const noApp: App = { id: 0, org: '', name: '', uuid: '', settings: defaultSettings }

let lastTick = 0
/** `clock`, or later: each tick is later than the last in this process. */
function tickFrom(clock: number): number {
  lastTick = Math.max(lastTick + 1, clock)
  return lastTick
}

/** What an operation answers, and what it changed. */
export interface Done<N extends OperationName> {
  result: Result<N>
  events: Event[]
}

/** Runs an operation on a store that is inside a transaction; `findApp` reads the app as it is there. */
export async function runOperation<N extends OperationName>(
  store: Store,
  request: Request<N>,
  findApp: (id: number) => Awaitable<App | undefined> = store.apps.useApp,
): Promise<Done<N>> {
  const app: (App & { clock?: number }) | undefined = request.app === 0 ? noApp : await findApp(request.app)
  if (!app) throw new Failure('organization_application_not_found', 'the app is gone')
  const events: Event[] = []
  const clock = app.clock ?? Date.now() * 1000
  const now = Math.floor(clock / 1000)
  const unit: Unit = {
    app,
    caller: request.caller,
    store,
    now,
    tick: () => tickFrom(clock),
    emit: (event, room = '') => events.push({ ...event, app: app.id, room, by: request.caller, at: now }),
  }
  const run = operations[request.name] as unknown as (unit: Unit, ...args: Args<N>) => Promise<Result<N>>
  const result = await run(unit, ...request.args)
  await audit(unit, request.name, events)
  return { result, events }
}

/** A thrown failure as data; anything else is an error of ours, told in full for the log. */
export function outcomeOf(thrown: unknown): Outcome {
  if (thrown instanceof Failure) {
    const { word, text, status, cause } = thrown
    return { failure: { word, text, status, cause: cause === undefined ? undefined : String(cause) } }
  }
  return { error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }
}
