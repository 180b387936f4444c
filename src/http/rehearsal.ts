import type { AppRecord } from '../domain/app.ts'
import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import type { Terms } from '../engine/commit.ts'
import { namedMessages } from '../operations/named-messages.ts'
import type { Operation } from '../operations/operation.ts'
import type { OperationRequest } from '../operations/request.ts'
import type { Deps } from './deps.ts'
import { rehearsedServices } from './rehearsed-services.ts'

/** An event as a client sees it: what would happen to which room. */
const shown = ({ app, at, by, ...event }: Event) => event

/** Events as a client sees them: rooms that would go with their messages, as far as these are named. */
async function shownEvents({ history }: Pick<Deps, 'history'>, app: AppRecord, events: Event[]) {
  let named = app.settings.historyDays === 0 ? 0 : limits.roomsWithMessagesNamed.value
  const all: unknown[] = []
  for (const event of events) {
    const isNamed = event.type === 'room.dissolved' && named > 0
    if (isNamed) named -= 1
    const messages = isNamed ? await history.count(app.id, event.room) : 0
    const names = messages > 0 ? { messages, ...(await namedMessages(history, app.id, event.room)) } : {}
    all.push({ ...shown(event), ...names })
  }
  return all
}

/** What a call would return and publish. */
interface Rehearsal {
  output: unknown
  events: unknown[]
}

/** Runs a call that changes nothing: a write is rolled back, an action has services that do nothing. Fails as the call would. */
export async function rehearse(
  deps: Deps,
  operation: Operation,
  { app, caller }: OperationRequest,
  input: unknown,
  terms: Pick<Terms, 'version'> | undefined,
): Promise<Rehearsal> {
  const context = { app, caller, store: deps.store, now: deps.now() }
  const given = input as never
  switch (operation.kind) {
    case 'read':
      return { output: await operation.execute(context, given), events: [] }
    case 'action': {
      const events: Event[] = []
      const services = rehearsedServices(deps, events)
      const output = await operation.execute({ ...context, services }, given)
      return { output, events: await shownEvents(deps, app, events) }
    }
    case 'write': {
      const version = terms?.version
      const { output, events } = await deps.rehearse(app.id, caller, operation, given, { version })
      return { output, events: await shownEvents(deps, app, events) }
    }
  }
}
