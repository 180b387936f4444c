import { type Outcome, outcomeOf, type Request, runOperation } from './run.ts'
import type { UsedApp } from './store/apps.ts'
import { isStorageError, openSqliteWriter, type SqliteWriter } from './store/sqlite.ts'

declare const self: Worker

let writer: SqliteWriter

/** Apps as this batch has them. */
const apps = new Map<number, UsedApp>()

async function appOf(id: number): Promise<UsedApp | undefined> {
  const known = apps.get(id)
  if (known) return known
  const app = await writer.store.apps.useApp(id)
  if (app) apps.set(id, app)
  return app
}

/** An operation failed after it had written: its batch must be run again with a way to undo it alone. */
class WroteAndFailed extends Error {}

/**
 * What waits together shares one commit; each operation fails alone. Operations decide before they write, so a failure
 * has nothing to undo as a rule, and the batch goes without savepoints (a fifth faster). Where one has, the
 * batch is undone and run again with a savepoint around each operation.
 */
async function runBatch(batch: Request[]): Promise<Outcome[]> {
  try {
    return await writer.transaction(() => runEach(batch, withoutUndo))
  } catch (thrown) {
    if (!(thrown instanceof WroteAndFailed)) throw thrown
    return writer.transaction(() => runEach(batch, writer.savepoint))
  }
}

async function withoutUndo<T>(work: () => Promise<T>): Promise<T> {
  const before = writer.writes()
  try {
    return await work()
  } catch (thrown) {
    if (writer.writes() !== before) throw new WroteAndFailed()
    throw thrown
  }
}

async function runEach(batch: Request[], guard: SqliteWriter['savepoint']): Promise<Outcome[]> {
  apps.clear()
  const outcomes: Outcome[] = []
  for (const request of batch) {
    try {
      const outcome = await guard(() => runOperation(writer.store, request, appOf))
      if (outcome.events.some(({ type }) => type === 'app.changed')) apps.clear()
      outcomes.push(outcome)
    } catch (thrown) {
      if (thrown instanceof WroteAndFailed || isStorageError(thrown)) throw thrown
      outcomes.push(outcomeOf(thrown))
    }
  }
  return outcomes
}

self.onmessage = async ({ data }: MessageEvent<string>) => {
  const message = JSON.parse(data) as { open: string } | { batch: Request[] } | { close: true }
  if ('open' in message) {
    try {
      writer = await openSqliteWriter(message.open)
      self.postMessage('{}')
    } catch (error) {
      self.postMessage(JSON.stringify({ refused: error instanceof Error ? error.message : String(error) }))
    }
    return
  }
  if ('close' in message) {
    writer.close()
    self.postMessage('{}')
    return
  }
  try {
    self.postMessage(JSON.stringify(await runBatch(message.batch)))
  } catch (thrown) {
    const outcome = outcomeOf(thrown)
    self.postMessage(JSON.stringify(message.batch.map(() => outcome)))
  }
}
