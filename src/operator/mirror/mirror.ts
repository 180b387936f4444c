import { setTimeout as sleep } from 'node:timers/promises'
import type { CallRest } from '../rest.ts'
import { listPages } from './listing.ts'
import type { Report } from './report.ts'
import { copyRooms, dissolveRooms, listRooms } from './rooms.ts'
import { apply, type Sides } from './sides.ts'
import { type Kind, MirrorState } from './state.ts'
import { type Patience, patience, steady } from './steady.ts'
import { copySuperAdmins, copyUsers, deleteUsers } from './users.ts'

export interface MirrorOptions {
  /** The app at the hosted service, and here. */
  there: CallRest
  here: CallRest
  /** The file of `MirrorState`. */
  stateFile: string
  report: Report
  isDiff: boolean
  /** Seconds between two passes; undefined: one pass. */
  followSeconds?: number | undefined
  signal: AbortSignal
  patience?: Patience
}

async function listHere({ here, state }: Sides, kind: Kind): Promise<void> {
  state.forgetHere(kind)
  for await (const { page } of listPages(here, kind)) state.addHere(kind, page)
}

/** Compares everything once, and ends the differences; one that was interrupted goes on where it was. */
async function pass(sides: Sides): Promise<void> {
  const { state, report, isDiff } = sides
  report.counts.pass = state.pass
  await listHere(sides, 'users')
  await listHere(sides, 'rooms')
  await copyUsers(sides)
  await listRooms(sides)
  await copyRooms(sides)
  await copySuperAdmins(sides)
  if (!isDiff) {
    await dissolveRooms(sides)
    await deleteUsers(sides)
    return state.endPass()
  }
  for (const kind of ['users', 'rooms'] as const)
    for (const id of state.onlyHere(kind))
      await apply(sides, `${kind === 'users' ? 'user' : 'room'} ${id}`, {
        does: 'only here',
        method: 'DELETE',
        path: '',
      })
}

function begin({ counts }: Report): void {
  Object.assign(counts, { users: 0, rooms: 0, roomsListed: 0, differences: 0, problems: 0 })
}

/** Makes the app here like the one there: once, or again and again until `signal`. */
export async function mirror(options: MirrorOptions): Promise<void> {
  const { report, signal, isDiff, followSeconds } = options
  const how = options.patience ?? patience
  const state = new MirrorState(isDiff ? ':memory:' : options.stateFile)
  const sides: Sides = {
    there: steady(options.there, how, signal),
    here: steady(options.here, how, signal),
    state,
    report,
    isDiff,
    signal,
  }
  try {
    for (;;) {
      begin(report)
      try {
        await pass(sides)
        report.done()
      } catch (error) {
        if (followSeconds === undefined)
          throw signal.aborted ? new Error('stopped: the same command goes on where it was') : error
        if (signal.aborted) return
        report.problem('pass', (error as Error).message)
      }
      if (followSeconds === undefined) return
      await sleep(followSeconds * 1000, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
    }
  } finally {
    state.close()
  }
}
