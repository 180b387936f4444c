import pkg from '../../package.json' with { type: 'json' }
import type { BusCounts } from '../domain/bus-counts.ts'
import type { Engine } from '../engine/engine-types.ts'
import type { Counters } from './counters.ts'
import type { Metrics } from './metrics.ts'

const by = (label: string, counts: Record<string, number>): [Record<string, string>, number][] =>
  Object.entries(counts).map(([name, count]) => [{ [label]: name }, count])

/** What waits for the store, and how much it may have at once. */
function measureLoad({ gauge, counter }: Metrics, { load, pool }: Engine): void {
  if (load) {
    gauge('chatroomd_writer_waiting', 'Operations that wait for the next commit.', () => load().waiting)
    counter('chatroomd_writer_commits_total', 'Commits of the embedded store.', () => load().commits)
    counter(
      'chatroomd_writer_operations_total',
      'Operations in those commits; divided by them, how many share one.',
      () => load().operations,
    )
  }

  if (pool) {
    gauge(
      'chatroomd_database_busy',
      'Statements and transactions on PostgreSQL under way or waiting.',
      () => pool().busy,
    )
    gauge('chatroomd_database_pool', 'Most connections to PostgreSQL of this process.', () => pool().size)
  }
}

/** What goes between nodes. */
function measureBus({ gauge, counter }: Metrics, counts: BusCounts): void {
  counter('chatroomd_bus_sent_total', 'Items that were published to other nodes.', () => counts.sent)
  counter('chatroomd_bus_received_total', 'Items of other nodes that came.', () => counts.received)
  counter('chatroomd_bus_lost_total', 'Items that could not be published to other nodes.', () => counts.lost)
  counter(
    'chatroomd_bus_gaps_total',
    'How often items of another node were found to be missing.',
    () => counts.gaps,
  )
  gauge('chatroomd_bus_waiting', 'Items that wait to be published to other nodes.', () => counts.waiting)
  gauge(
    'chatroomd_bus_publish_seconds',
    'How long the last publication to other nodes took.',
    () => counts.publishMs / 1000,
  )
}

interface Given {
  bus: { counts: BusCounts }
  metrics: Metrics
  engine: Engine
  realtime: Counters
  /** How many lines of the log were lost; none in a thread that does not write it. */
  lostLines: (() => number) | undefined
  askedBefore: Record<string, number>
  eventStreams(): number
  /** Users who are connected, and rooms with one of them. */
  live(): { users: number; rooms: number }
  /** Bytes of attachments, and those that the disk of the data directory has left; null where it does not say. */
  files(): Promise<{ attachmentBytes: number; freeBytes: number | null }>
}

/** What is the same for all threads of this process. */
function measureProcess(
  { gauge, counter }: Metrics,
  engine: Engine,
  lostLines: () => number,
  files: Given['files'],
): void {
  gauge('chatroomd_build_info', 'The version that runs: always 1.', () => [
    [{ version: pkg.version, bun: Bun.version }, 1],
  ])
  gauge('chatroomd_attachment_bytes', 'Bytes that attachments and shared files take.', async () => {
    const { attachmentBytes } = await files()
    return [[{}, attachmentBytes]]
  })
  gauge('chatroomd_disk_free_bytes', 'Bytes left on the disk of the data directory.', async () => {
    const { freeBytes } = await files()
    return freeBytes === null ? [] : [[{}, freeBytes]]
  })
  counter('chatroomd_log_lines_lost_total', 'Log lines that could not be written.', lostLines)
  gauge('chatroomd_store_up', 'Whether the store responds: 1 or 0.', async () => {
    const up = await engine.check().then(
      () => 1,
      () => 0,
    )
    return [[{ store: engine.kind }, up]]
  })

  const lastRun = () => engine.store.doctor.lastRun().catch(() => undefined)
  gauge('chatroomd_doctor_findings', 'What the last run of "chatroomd doctor" left, by check.', async () =>
    by('check', (await lastRun())?.findings ?? {}),
  )
  gauge('chatroomd_doctor_last_run_seconds', 'When "chatroomd doctor" ran last, in Unix time.', async () => {
    const run = await lastRun()
    return run ? [[{}, run.atMs / 1000]] : []
  })
}

/** Who is connected, and the connections of clients. */
function measureConnections({ gauge, counter }: Metrics, realtime: Counters, live: Given['live']): void {
  gauge('chatroomd_live_users', 'Users who are connected to this node.', () => live().users)
  gauge('chatroomd_live_rooms', 'Chat rooms with a user who is connected to this node.', () => live().rooms)
  gauge('chatroomd_connections', 'Connections that are open.', () => realtime.connections)
  counter('chatroomd_connections_refused_total', 'Connections that were not made, by reason.', () =>
    by('reason', realtime.connectionsRefused),
  )
  counter('chatroomd_connections_cut_total', 'Connections that the server closed, by reason.', () =>
    by('reason', realtime.cutOff),
  )
  gauge('chatroomd_buffered_bytes', 'Bytes that wait for clients that read slowly.', () => realtime.buffered)
  counter('chatroomd_logins_total', 'Connections that logged in.', () => realtime.logins)
  counter(
    'chatroomd_logins_refused_total',
    'Connections whose login was refused.',
    () => realtime.loginsRefused,
  )
}

/** What becomes of messages, from the client that sends one to those that get it and to the history. */
function measureMessages(
  { gauge, counter }: Metrics,
  realtime: Counters,
  askedBefore: Given['askedBefore'],
): void {
  counter('chatroomd_messages_total', 'Messages that were accepted.', () => realtime.messages)
  counter('chatroomd_messages_refused_total', 'Messages that were refused, by reason.', () =>
    by('reason', realtime.refused),
  )
  counter('chatroomd_keyword_messages_total', 'Messages that held words of keyword lists, by action.', () =>
    by('action', realtime.matched),
  )
  counter(
    'chatroomd_before_sending_total',
    'Messages that matched a callback before sending, by outcome.',
    () => by('outcome', askedBefore),
  )
  counter(
    'chatroomd_messages_delivered_total',
    'Messages that were handed to users who are connected; once for each user.',
    () => realtime.delivered,
  )
  counter('chatroomd_messages_dropped_total', "Messages over a chat room's rate, by priority.", () =>
    by('priority', realtime.dropped),
  )
  counter(
    'chatroomd_messages_left_out_total',
    'Messages that the clients in a chat room did not get, over the rate of a client, by priority.',
    () => by('priority', realtime.leftOut),
  )
  counter(
    'chatroomd_history_stored_total',
    'Messages that were stored in the history.',
    () => realtime.historyStored,
  )
  gauge(
    'chatroomd_history_waiting_bytes',
    'Bytes of messages that wait to be stored in the history.',
    () => realtime.historyWaiting,
  )
  counter(
    'chatroomd_history_lost_total',
    'Messages that are not in the history, since too much waited to be stored.',
    () => realtime.historyLost,
  )
  counter(
    'chatroomd_callbacks_lost_total',
    'Messages, logins and logouts lost for callbacks and event streams, since too much was queued to be stored.',
    () => realtime.callbacksLost,
  )
}

/** Registers what the store, real time, the log and the event feed count. */
export function measured({
  bus,
  engine,
  realtime,
  lostLines,
  askedBefore,
  eventStreams,
  live,
  files,
  metrics,
}: Given): Metrics {
  if (lostLines) measureProcess(metrics, engine, lostLines, files)
  measureLoad(metrics, engine)
  measureBus(metrics, bus.counts)
  measureConnections(metrics, realtime, live)
  measureMessages(metrics, realtime, askedBefore)
  metrics.gauge('chatroomd_event_streams', 'Event streams that are open.', eventStreams)
  return metrics
}
