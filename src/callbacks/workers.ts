import type { AppRecord } from '../domain/app.ts'
import type { HeldRule, Settled } from '../store/callback-delivery.ts'
import type { ReadStore } from '../store/store.ts'
import { RuleWorker } from './rule-worker.ts'
import type { WorkerTools } from './worker-types.ts'

/** Stores what has come of the callbacks of a rule; false if another process holds the rule now. */
export type Settle = (held: HeldRule, settled: Settled) => Promise<boolean>

interface Given extends WorkerTools {
  store: ReadStore
  appOf(id: number): AppRecord | undefined
  settle: Settle
}

const keyOf = ({ app, rule }: Pick<HeldRule, 'app' | 'rule'>): string => `${app}/${rule}`

/** Whether a rule, or its cursor, is another one than its worker knows. */
const isOther = (worker: RuleWorker, { epoch, version }: HeldRule): boolean =>
  worker.held.epoch !== epoch || worker.held.version !== version

/** A worker for each rule that this process holds. */
export function ruleWorkers({ appOf, settle: settleOf, ...tools }: Given) {
  const { store } = tools
  const workers = new Map<string, RuleWorker>()

  async function begin(held: HeldRule): Promise<void> {
    const app = appOf(held.app)
    const rule = await store.callbacks.callbackRule(held.app, held.rule)
    if (!app || !rule) return
    workers.set(
      keyOf(held),
      new RuleWorker({ ...tools, app, rule, held, settle: (settled) => settleOf(held, settled) }),
    )
  }

  async function end(key: string): Promise<void> {
    const worker = workers.get(key)
    workers.delete(key)
    await worker?.stop()
  }

  return {
    /** Begins and ends workers so that they are those of the leased rules; returns whether to poll again. */
    async align(held: HeldRule[]): Promise<boolean> {
      let again = false
      const keys = new Set(held.map(keyOf))
      for (const key of [...workers.keys()]) if (!keys.has(key)) await end(key)
      for (const rule of held) {
        const key = keyOf(rule)
        const worker = workers.get(key)
        if (worker && !worker.hasEnded && !isOther(worker, rule)) continue
        await end(key)
        // What the worker stored when it ended is newer than what was read of the rule before.
        if (worker) again = true
        else await begin(rule)
      }
      return again
    },

    async endAll(): Promise<void> {
      await Promise.all([...workers.keys()].map(end))
    },

    /** There is more in the log of an app. */
    wake(app: number): void {
      for (const worker of workers.values()) if (worker.held.app === app) worker.wake()
    },

    size: (): number => workers.size,

    /** When the oldest event happened that waits, in microseconds. */
    oldestUs(): number | undefined {
      const times = [...workers.values()].map(({ oldestUs }) => oldestUs).filter((each) => each !== undefined)
      return times.length === 0 ? undefined : Math.min(...times)
    },
  }
}
