import type { CallRest, Returned } from '../rest.ts'
import type { Report } from './report.ts'
import type { Change } from './room-changes.ts'
import type { MirrorState } from './state.ts'

/** What the parts of a mirror are handed. */
export interface Sides {
  /** The hosted service: it is only read. */
  there: CallRest
  here: CallRest
  state: MirrorState
  report: Report
  /** Changes nothing. */
  isDiff: boolean
  signal: AbortSignal
}

/** Why a call has not done all of it: responses of 200 have failures in their rows. */
function refusedIn({ data }: Returned): string | undefined {
  const { errorKeys } = (data ?? {}) as { errorKeys?: Record<string, string> }
  const [attribute] = Object.entries(errorKeys ?? {})
  if (attribute) return attribute.join(': ')
  if (!Array.isArray(data)) return undefined
  const row = (data as { result?: boolean; reason?: string }[]).find((each) => each?.result === false)
  return row && (row.reason ?? 'refused')
}

/** Reports a difference and, unless it is a `--diff`, ends it. */
export async function apply(
  { here, report, isDiff }: Sides,
  about: string,
  change: Change,
): Promise<boolean> {
  report.difference(about, change)
  if (isDiff) return true
  try {
    const refused = refusedIn(await here(change.method, change.path, change.body))
    if (refused === undefined) return true
    report.problem(about, `${change.does}: ${refused}`)
  } catch (error) {
    report.problem(about, `${change.does}: ${(error as Error).message}`)
  }
  return false
}
