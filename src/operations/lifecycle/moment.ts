import type { Moment } from '../../domain/lifecycle.ts'
import type { ReadStore } from '../../store/store.ts'

/** What time it is for the lives of rooms. */
export async function momentOf({
  clock,
  lifecycles,
}: Pick<ReadStore, 'clock' | 'lifecycles'>): Promise<Moment> {
  return {
    nowMs: Math.floor((await clock.nowUs()) / 1000),
    steadyMs: await clock.steadyMs(),
    interruptedMs: await lifecycles.interruptedMs(),
  }
}
