import type { Logger } from 'pino'
import type { AppRecord } from '../domain/app.ts'
import type { Commit } from '../engine/commit.ts'
import { pruneAudit, prunedRows } from '../operations/audit/prune-audit.ts'

const day = 86_400_000

/** Milliseconds between two rounds, and between two transactions of one. */
const pause = { rounds: 60_000, transactions: 50 }

/** Forgets what the audit trails of apps hold for longer than they ask for, little by little. */
export function startPruning(commit: Commit, apps: () => Iterable<AppRecord>, log: Logger): { stop(): void } {
  let isStopped = false

  async function prune({ id, settings }: AppRecord): Promise<void> {
    const before = Date.now() - settings.auditDays * day
    while (!isStopped && (await commit(id, { kind: 'app' }, pruneAudit, { beforeMs: before })) === prunedRows)
      await Bun.sleep(pause.transactions)
  }

  async function round(): Promise<void> {
    try {
      for (const app of apps()) await prune(app)
    } catch (error) {
      log.warn({ err: error }, 'the audit trail could not be pruned')
    }
    if (!isStopped) timer = setTimeout(round, pause.rounds)
  }

  let timer = setTimeout(round, pause.rounds)
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
