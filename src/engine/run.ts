import type { App } from '../domain/app.ts'
import { defaultSettings } from '../domain/app-settings.ts'
import type { Event } from '../domain/event.ts'
import { Failure } from '../domain/failure.ts'
import { appGone } from '../domain/failures.ts'
import { earlierCall } from '../domain/retry.ts'
import { sentFailure } from '../domain/sent-failure.ts'
import type { Awaitable } from '../store/database.ts'
import type { WriteStore } from '../store/store.ts'
import type { Done, Outcome, Rehearsed, Request } from './commit.ts'
import { logEvents } from './event-log.ts'
import type { Transaction } from './transaction.ts'

const noApp: App = { id: 0, org: '', name: '', uuid: '', settings: defaultSettings, callbacks: 0 }

/** Gives times in microseconds: the clock's, or later than the last. */
export type Ticks = (clock: number) => number

/** The ticks of one engine: each is later than the last and than `after`, also when the clock steps back. */
export function increasing(after = 0): Ticks {
  let last = after
  return (clock) => {
    last = Math.max(last + 1, clock)
    return last
  }
}

/** Ends the transaction of a rehearsal, which leaves nothing. */
export class RolledBack extends Error {
  constructor(readonly rehearsed: Rehearsed) {
    super('a rehearsal is rolled back')
  }
}

/** Runs a write on a store that is inside a transaction; `findApp` reads the app as it is there. */
export async function runOperation(
  store: WriteStore,
  request: Request,
  ticks: Ticks,
  findApp: (id: number) => Awaitable<App | undefined> = store.apps.lockAppShared,
): Promise<Done> {
  const app: (App & { clock?: number }) | undefined = request.app === 0 ? noApp : await findApp(request.app)
  if (!app) throw appGone()
  const events: Event[] = []
  const clock = app.clock ?? (await store.clock.nowUs())
  const now = Math.floor(clock / 1000)
  const transaction: Transaction = {
    app,
    caller: request.caller,
    store,
    now,
    version: request.terms?.version,
    tick: () => ticks(clock),
    emit: (event, room = '') => events.push({ ...event, app: app.id, room, by: request.caller, at: now }),
  }
  const { operation, terms: { once } = {} } = request
  if (once) {
    const earlier = await earlierCall(store.retries, app.id, once)
    if (earlier) return { result: earlier.output, events: [] }
  }
  const input = request.input as never
  const result = await operation.execute(transaction, input)
  await logEvents(transaction, operation.auditedAs?.(input) ?? operation.id, events)
  if (request.isRehearsal) throw new RolledBack({ output: result, events })
  if (once)
    await store.retries.add(app.id, { ...once, output: JSON.stringify(result ?? null), createdMs: now })
  return { result, events }
}

/** A thrown failure as data; anything else is an error of ours, in full for the log. */
export function outcomeOf(thrown: unknown): Outcome {
  if (thrown instanceof RolledBack) return { result: thrown.rehearsed, events: [] }
  if (thrown instanceof Failure) return { failure: sentFailure(thrown) }
  return { error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }
}
