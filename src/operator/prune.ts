import type { Logger } from 'pino'
import type { AppRecord } from '../domain/app.ts'
import { theApp } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import { firstMessageId } from '../domain/message-ids.ts'
import { dayMs, hourMs, minuteMs } from '../domain/time.ts'
import type { Write } from '../engine/commit.ts'
import type { Engine } from '../engine/engine-types.ts'
import { pruneAudit, prunedRows } from '../operations/audit/prune-audit.ts'
import { pruneBulk } from '../operations/bulk/run-bulk.ts'
import { pruneCallbacks, prunedRows as prunedCallbacks } from '../operations/callbacks/deliver.ts'
import { pruneRecordedRooms } from '../operations/events/record-messages.ts'
import { prunedMessages, pruneMessages } from '../operations/messages/store-messages.ts'
import { pruneSessions } from '../operations/operators/operators.ts'
import { prunedKeys, pruneKeys } from '../operations/retries/retries.ts'
import { pruneDissolvedRooms, prunedRooms } from '../operations/rooms/dissolved-rooms.ts'

type Remove = Write<{ beforeMs: number }, number>

/** Milliseconds between two rounds, and between two transactions of one. */
const pause = { rounds: minuteMs, transactions: 50 }

type Parts = Pick<Engine, 'commit' | 'history' | 'store'>

/** Rounds from one look at the history to the next: an hour. */
const roundsOfHistory = 60

/** Removes what is over, little by little: messages that can no longer be recalled, history, idempotency keys, audit trails, dissolved rooms. */
export function startPruning(
  { commit, history, store }: Parts,
  apps: () => Iterable<AppRecord>,
  log: Logger,
  everyMs = pause.rounds,
): { stop(): void } {
  let isStopped = false
  let historyRounds = 0

  /** By the clock that what is removed was stored by: this node's may be ahead. */
  const ago = async (ms: number): Promise<number> => Math.floor((await store.clock.nowUs()) / 1000) - ms

  /** Runs a write again and again until it finds less than `most` to remove. */
  async function removeAll(app: number, remove: Remove, retentionMs: number, most: number): Promise<void> {
    const beforeMs = await ago(retentionMs)
    while (!isStopped && (await commit(app, theApp, remove, { beforeMs })) === most)
      await Bun.sleep(pause.transactions)
  }

  async function pruneLog({ id, settings, callbacks }: AppRecord): Promise<void> {
    // Callbacks are delivered from the log, also where there is no audit trail.
    const days =
      callbacks === 0 ? settings.auditDays : Math.max(settings.auditDays, settings.callbackFailureDays)
    await removeAll(id, pruneAudit, days * dayMs, prunedRows)
  }

  /** Messages of an app that has no rules any more are looked for by the hour. */
  async function pruneActivity({ id, settings, callbacks, recorded }: AppRecord): Promise<void> {
    const retentionMs = settings.callbackFailureDays * dayMs
    if (recorded) await commit(id, theApp, pruneRecordedRooms, { beforeMs: await ago(retentionMs) })
    if (callbacks === 0 && !recorded && historyRounds % roundsOfHistory !== 1) return
    await removeAll(id, pruneCallbacks, retentionMs, prunedCallbacks)
  }

  /** What is over by the hour is soon enough: reads leave it out by the minute. */
  async function pruneHistory(): Promise<void> {
    if (historyRounds++ % roundsOfHistory !== 0) return
    const nowMs = await ago(0)
    const retentions = [...apps()].map(({ id, settings }) => ({
      app: id,
      before: firstMessageId(nowMs - settings.historyDays * dayMs),
    }))
    await history.prune(retentions)
  }

  async function round(): Promise<void> {
    try {
      await removeAll(0, pruneMessages, limits.recallTime.value, prunedMessages)
      await pruneHistory()
      await removeAll(0, pruneKeys, limits.retryTime.value, prunedKeys)
      await commit(0, theApp, pruneSessions, { beforeMs: await ago(limits.operatorSessionTime.value) })
      await removeAll(0, pruneBulk, limits.bulkTime.value, 1)
      for (const app of apps()) {
        await pruneLog(app)
        await pruneActivity(app)
        await removeAll(app.id, pruneDissolvedRooms, app.settings.undoHours * hourMs, prunedRooms)
      }
    } catch (error) {
      log.warn({ err: error }, 'what is over could not be pruned')
    }
    if (!isStopped) timer = setTimeout(round, everyMs)
  }

  let timer = setTimeout(round, everyMs)
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
