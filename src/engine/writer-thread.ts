import { nextTurn } from '../domain/next-turn.ts'
import { writeOf } from '../operations/index.ts'
import type { UsedApp } from '../store/apps.ts'
import type { Awaitable } from '../store/database.ts'
import { openSqliteWriter, type SqliteWriter } from '../store/sqlite.ts'
import { fileOf, isStorageError, startError } from '../store/sqlite-file.ts'
import type { Outcome, Request, SentRequest } from './commit.ts'
import { increasing, outcomeOf, runOperation, type Ticks } from './run.ts'
import { type Asked, batchLimit, type FromWriter, type ToThread } from './writer-messages.ts'

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

/** The outcomes of a batch, which a failure of the store gives to each of its operations. */
async function outcomesOf(batch: SentRequest[]): Promise<Outcome[]> {
  try {
    return await runBatch(batch.map(received))
  } catch (thrown) {
    const outcome = outcomeOf(thrown)
    return batch.map(() => outcome)
  }
}

/** The threads that write through this one. */
const clients: MessagePort[] = []
/** Counts the commits that others have to know of, where all threads see it. */
let version: Int32Array

interface Waiting {
  client: MessagePort
  batch: SentRequest[]
}

const waiting: Waiting[] = []
const probing: MessagePort[] = []
let isWorking = false

/** Batches that wait, the first of them: as many as share a commit. */
function take(): Waiting[] {
  let size = 0
  const last = waiting.findIndex(({ batch }, place) => {
    size += batch.length
    return place > 0 && size > batchLimit
  })
  return waiting.splice(0, last < 0 ? waiting.length : last)
}

/**
 * Gives each thread its outcomes, and all others what was changed. A thread has it before the version rises, and the version
 * has risen before anybody has an outcome: whoever sees the version has, or can fetch, all that was answered.
 */
function reply(group: Waiting[], outcomes: Outcome[]): void {
  const text = JSON.stringify(outcomes)
  const [first] = group
  if (clients.length === 1) {
    first?.client.postMessage(text)
    return
  }
  const isChange = outcomes.some((outcome) => 'events' in outcome && outcome.events.length > 0)
  const next = (version[0] as number) + (isChange ? 1 : 0)
  const asked = new Set(group.map(({ client }) => client))
  const say = (client: MessagePort, from: number, count: number): void =>
    client.postMessage({
      version: next,
      from,
      count,
      isFirst: client === first?.client,
      text,
    } satisfies FromWriter)
  if (isChange) for (const client of clients) if (!asked.has(client)) say(client, 0, 0)
  Atomics.store(version, 0, next)
  let from = 0
  for (const { client, batch } of group) {
    say(client, from, batch.length)
    from += batch.length
  }
}

/** Tries to write for a thread to which nothing could be written. */
async function probe(client: MessagePort): Promise<void> {
  const outcome = await writer.probe().then(() => ({}), outcomeOf)
  client.postMessage({ probe: JSON.stringify(outcome) } satisfies FromWriter)
}

/** Commits until nothing waits. With several threads, what they have sent meanwhile comes in before the next commit. */
async function work(): Promise<void> {
  while (waiting.length > 0 || probing.length > 0) {
    for (const client of probing.splice(0)) await probe(client)
    const group = take()
    if (group.length > 0) reply(group, await outcomesOf(group.flatMap(({ batch }) => batch)))
    if (clients.length > 1) await nextTurn()
  }
  isWorking = false
}

function serve(client: MessagePort): void {
  clients.push(client)
  client.onmessage = ({ data }: MessageEvent<string>) => {
    const asked = JSON.parse(data) as Asked
    if ('probe' in asked) probing.push(client)
    else waiting.push({ client, batch: asked.batch })
    if (isWorking) return
    isWorking = true
    void work()
  }
  client.postMessage({
    version: version[0] as number,
    from: 0,
    count: 0,
    isFirst: false,
    text: '[]',
  } satisfies FromWriter)
}

async function open(dir: string): Promise<string> {
  try {
    writer = await openSqliteWriter(dir)
    ticks = increasing(await writer.store.events.latestUs())
    return '{}'
  } catch (thrown) {
    const error = startError(fileOf(dir), thrown)
    return JSON.stringify({ refused: error instanceof Error ? error.message : String(error) })
  }
}

self.onmessage = async ({ data }: MessageEvent<ToThread>) => {
  if ('join' in data) return serve(data.join)
  if ('close' in data) {
    writer.close()
    return self.postMessage('{}')
  }
  version = new Int32Array(data.version)
  self.postMessage(await open(data.open))
}
