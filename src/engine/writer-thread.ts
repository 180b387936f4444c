import { writeOf } from '../operations/index.ts'
import type { UsedApp } from '../store/apps.ts'
import type { Awaitable } from '../store/database.ts'
import { openSqliteWriter, type SqliteWriter } from '../store/sqlite.ts'
import { fileOf, isStorageError, startError } from '../store/sqlite-file.ts'
import type { Outcome, Request, SentRequest } from './commit.ts'
import { increasing, outcomeOf, runOperation, type Ticks } from './run.ts'

declare const self: Worker

let writer: SqliteWriter
let ticks: Ticks

/** Apps as this batch has them. */
const apps = new Map<number, UsedApp>()

const appOf = (id: number): Awaitable<UsedApp | undefined> => apps.get(id) ?? findApp(id)

async function findApp(id: number): Promise<UsedApp | undefined> {
  const app = await writer.store.apps.lockAppShared(id)
  if (app) apps.set(id, app)
  return app
}

function received({ operation, ...request }: SentRequest): Request {
  const found = writeOf(operation)
  if (!found) throw new Error(`there is no write ${operation}`)
  return { ...request, operation: found }
}

/** An operation failed after it had written: its batch must be run again with a way to undo it alone. */
class WroteAndFailed extends Error {}

/**
 * Group commit: waiting operations share one transaction; each fails alone. Operations decide before they write, so a failure
 * has nothing to undo as a rule, and the batch goes without savepoints (a fifth faster). Where one has, the
 * batch is undone and run again with a savepoint around each operation.
 */
async function runBatch(batch: Request[]): Promise<Outcome[]> {
  try {
    const hasRehearsals = batch.some(({ isRehearsal }) => isRehearsal)
    return await writer.transaction(() => runEach(batch, hasRehearsals))
  } catch (thrown) {
    if (!(thrown instanceof WroteAndFailed)) throw thrown
    return writer.transaction(() => runEach(batch, true))
  }
}

async function runEach(batch: Request[], savepoints: boolean): Promise<Outcome[]> {
  apps.clear()
  const outcomes: Outcome[] = []
  for (const request of batch) {
    const run = () => runOperation(writer.store, request, ticks, appOf)
    const before = writer.writes()
    try {
      const outcome = await (savepoints ? writer.savepoint(run) : run())
      if (outcome.events.some(({ type }) => type === 'app.changed')) apps.clear()
      outcomes.push(outcome)
    } catch (thrown) {
      if (isStorageError(thrown)) throw thrown
      if (!savepoints && writer.writes() !== before) throw new WroteAndFailed()
      outcomes.push(outcomeOf(thrown))
    }
  }
  return outcomes
}

self.onmessage = async ({ data }: MessageEvent<string>) => {
  const message = JSON.parse(data) as
    | { open: string }
    | { batch: SentRequest[] }
    | { probe: true }
    | { close: true }
  if ('open' in message) {
    try {
      writer = await openSqliteWriter(message.open)
      ticks = increasing(await writer.store.events.latestUs())
      self.postMessage('{}')
    } catch (thrown) {
      const error = startError(fileOf(message.open), thrown)
      self.postMessage(JSON.stringify({ refused: error instanceof Error ? error.message : String(error) }))
    }
    return
  }
  if ('close' in message) {
    writer.close()
    self.postMessage('{}')
    return
  }
  if ('probe' in message) {
    const outcome = await writer.probe().then(() => ({}), outcomeOf)
    self.postMessage(JSON.stringify([outcome]))
    return
  }
  try {
    self.postMessage(JSON.stringify(await runBatch(message.batch.map(received))))
  } catch (thrown) {
    const outcome = outcomeOf(thrown)
    self.postMessage(JSON.stringify(message.batch.map(() => outcome)))
  }
}
