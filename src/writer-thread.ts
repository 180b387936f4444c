import { type Outcome, outcomeOf, type Request, runOperation } from './run.ts'
import { openSqliteWriter, type SqliteWriter } from './store/sqlite.ts'

declare const self: Worker

let writer: SqliteWriter

/** What waits together shares one commit; each operation fails alone. */
async function runBatch(batch: Request[]): Promise<Outcome[]> {
  const { store, transaction, savepoint } = writer
  return transaction(async () => {
    const outcomes: Outcome[] = []
    for (const request of batch) {
      try {
        outcomes.push(await savepoint(() => runOperation(store, request)))
      } catch (thrown) {
        outcomes.push(outcomeOf(thrown))
      }
    }
    return outcomes
  })
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
