import type { Event } from '../domain/event.ts'
import type { Terms } from '../engine/commit.ts'
import type { Operation } from '../operations/operation.ts'
import type { OperationRequest } from '../operations/request.ts'
import type { Deps } from './deps.ts'
import { noDryRun } from './terms.ts'

/** An event as a client sees it: what would happen to which room. */
const shown = ({ app, at, by, ...event }: Event) => event

/** Runs a write and rolls it back. Fails as the write would, and with `noDryRun` for what cannot be rolled back. */
export async function rehearse(
  deps: Pick<Deps, 'rehearse'>,
  operation: Operation,
  { app, caller }: OperationRequest,
  input: unknown,
  terms: Terms | undefined,
): Promise<{ output: unknown; events: unknown[] }> {
  if (operation.kind !== 'write') throw noDryRun()
  const version = terms?.version
  const { output, events } = await deps.rehearse(app.id, caller, operation, input as never, { version })
  return { output, events: events.map(shown) }
}
