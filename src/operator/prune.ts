import type { Logger } from 'pino'
import type { AppRecord } from '../domain/app.ts'
import { limits } from '../domain/limits.ts'
import type { Commit } from '../engine/commit.ts'
import { pruneAudit, prunedRows } from '../operations/audit/prune-audit.ts'
import { prunedMessages, pruneMessages } from '../operations/messages/keep-messages.ts'

const day = 86_400_000

/** Milliseconds between two rounds, and between two transactions of one. */
const pause = { rounds: 60_000, transactions: 50 }

/** Forgets messages that can no longer be recalled, and what audit trails hold for longer than their apps ask for, little by little. */
export function startPruning(commit: Commit, apps: () => Iterable<AppRecord>, log: Logger): { stop(): void } {
  let isStopped = false

  async function prune({ id, settings }: AppRecord): Promise<void> {
    const before = Date.now() - settings.auditDays * day
    while (!isStopped && (await commit(id, { kind: 'app' }, pruneAudit, { beforeMs: before })) === prunedRows)
      await Bun.sleep(pause.transactions)
  }

  async function pruneSent(): Promise<void> {
    const beforeMs = Date.now() - limits.recallTime.value
    while (!isStopped && (await commit(0, { kind: 'app' }, pruneMessages, { beforeMs })) === prunedMessages)
      await Bun.sleep(pause.transactions)
  }

  async function round(): Promise<void> {
    try {
      await pruneSent()
      for (const app of apps()) await prune(app)
    } catch (error) {
      log.warn({ err: error }, 'what is over could not be pruned')
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
