import type { Logger } from 'pino'
import type { AppRecord } from '../domain/app.ts'
import { limits } from '../domain/limits.ts'
import { firstMessageId } from '../domain/message-ids.ts'
import type { Engine } from '../engine/engine-types.ts'
import { pruneAudit, prunedRows } from '../operations/audit/prune-audit.ts'
import { pruneCallbacks, prunedRows as prunedCallbacks } from '../operations/callbacks/deliver.ts'
import { prunedMessages, pruneMessages } from '../operations/messages/store-messages.ts'
import { prunedKeys, pruneKeys } from '../operations/retries/retries.ts'

const day = 86_400_000

/** Milliseconds between two rounds, and between two transactions of one. */
const pause = { rounds: 60_000, transactions: 50 }

/** Rounds from one look at the history to the next: an hour. */
const roundsOfHistory = 60

/** Forgets messages that can no longer be recalled, and what audit trails hold for longer than their apps ask for, little by little. */
export function startPruning(
  { commit, history }: Pick<Engine, 'commit' | 'history'>,
  apps: () => Iterable<AppRecord>,
  log: Logger,
): { stop(): void } {
  let isStopped = false
  let historyRounds = 0

  async function prune({ id, settings, callbacks }: AppRecord): Promise<void> {
    // Callbacks are delivered from the log, also where there is no audit trail.
    const days =
      callbacks === 0 ? settings.auditDays : Math.max(settings.auditDays, settings.callbackFailureDays)
    const before = Date.now() - days * day
    while (!isStopped && (await commit(id, { kind: 'app' }, pruneAudit, { beforeMs: before })) === prunedRows)
      await Bun.sleep(pause.transactions)
  }

  /** Messages of an app that has no rules any more are looked for by the hour. */
  async function pruneSaid({ id, settings, callbacks }: AppRecord): Promise<void> {
    if (callbacks === 0 && historyRounds % roundsOfHistory !== 1) return
    const beforeMs = Date.now() - settings.callbackFailureDays * day
    const some = () => commit(id, { kind: 'app' }, pruneCallbacks, { beforeMs })
    while (!isStopped && (await some()) === prunedCallbacks) await Bun.sleep(pause.transactions)
  }

  async function pruneSent(): Promise<void> {
    const beforeMs = Date.now() - limits.recallTime.value
    while (!isStopped && (await commit(0, { kind: 'app' }, pruneMessages, { beforeMs })) === prunedMessages)
      await Bun.sleep(pause.transactions)
  }

  /** What is over by the hour is soon enough: reads leave it out by the minute. */
  async function pruneHistory(): Promise<void> {
    if (historyRounds++ % roundsOfHistory !== 0) return
    const retentions = [...apps()].map(({ id, settings }) => ({
      app: id,
      before: firstMessageId(Date.now() - settings.historyDays * day),
    }))
    await history.prune(retentions)
  }

  async function pruneRetries(): Promise<void> {
    const beforeMs = Date.now() - limits.retryTime.value
    while (!isStopped && (await commit(0, { kind: 'app' }, pruneKeys, { beforeMs })) === prunedKeys)
      await Bun.sleep(pause.transactions)
  }

  async function round(): Promise<void> {
    try {
      await pruneSent()
      await pruneHistory()
      await pruneRetries()
      for (const app of apps()) {
        await prune(app)
        await pruneSaid(app)
      }
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
