import { join } from 'node:path'
import type { Logger } from 'pino'
import { appDirectory } from '../auth/app-directory.ts'
import { login } from '../auth/login.ts'
import { passwords } from '../auth/passwords.ts'
import { tokenChecker } from '../auth/tokens.ts'
import type { NodeNews } from '../cluster/bus-codec.ts'
import { openBus } from '../cluster/open-bus.ts'
import type { DeviceLogin } from '../cluster/presence-types.ts'
import type { Listener } from '../cluster/receiver.ts'
import { threadBus } from '../cluster/thread-bus.ts'
import type { Seat } from '../cluster/threads.ts'
import type { Config } from '../config.ts'
import type { Event } from '../domain/event.ts'
import { MiB } from '../domain/limits/limit.ts'
import { limits } from '../domain/limits.ts'
import type { RelayedMessage, UserMessage } from '../domain/relayed-message.ts'
import { openEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine-types.ts'
import { type Publisher, publisher } from '../engine/publisher.ts'
import { responseCache } from '../engine/response-cache.ts'
import type { SpaceTaken } from '../store/attachment-space.ts'
import { openAttachments } from '../store/attachments.ts'
import { isReadByOthers } from '../store/sqlite-file.ts'

/** A message of another thread comes after what that had heard of when it accepted the message: a join, a mute. */
const afterCommits = ({ catchUp }: Engine, listener: Listener): Listener => ({
  onItem(item) {
    catchUp?.()
    listener.onItem(item)
  },
  missed: listener.missed,
})

/** What comes from other nodes, told to whom it concerns; `hear` gets the events. */
function heardFromOthers(hear: (events: Event[]) => unknown) {
  const heard = {
    relayed: publisher<RelayedMessage>(),
    relayedToUsers: publisher<UserMessage>(),
    nodes: publisher<NodeNews>(),
    activity: publisher<number>(),
    space: publisher<SpaceTaken>(),
    logins: publisher<DeviceLogin>(),
    missed: publisher<void>(),
    elsewhere: publisher<Event[]>(),
  }
  const listener: Listener = {
    onItem(item) {
      if ('message' in item) heard.relayed.publish(item.message)
      else if ('userMessage' in item) heard.relayedToUsers.publish(item.userMessage)
      else if ('activity' in item) heard.activity.publish(item.activity)
      else if ('space' in item) heard.space.publish(item.space)
      else if ('node' in item) heard.nodes.publish(item.node)
      else if ('login' in item) heard.logins.publish(item.login)
      else {
        hear(item.events)
        heard.elsewhere.publish(item.events)
      }
    },
    missed: () => void heard.missed.publish(),
  }
  return { heard, listener }
}

/** Opens the store and the bus to other nodes. `events` has what was written, by this node or by another. */
export async function openStore(
  config: Config,
  log: Logger,
  { batch, tracer }: Pick<NonNullable<Parameters<typeof openEngine>[2]>, 'batch' | 'tracer'>,
  closing: AsyncDisposableStack,
  seat?: Seat,
) {
  const committed = publisher<Event[]>()
  const events = publisher<Event[]>()
  const hear = (elsewhere: Event[]) =>
    events
      .publish(elsewhere)
      ?.catch((error: unknown) =>
        log.error({ err: error }, 'a change of another node could not be applied; the caches are read again'),
      )
  const engine = await openEngine(config, committed.publish, {
    batch,
    tracer,
    shared: seat?.first?.store,
    onEventsElsewhere: hear,
  })
  closing.defer(() => engine.close())
  if (!seat?.first && isReadByOthers(config.data_dir))
    log.warn(
      { dir: config.data_dir },
      'other users can look into the data directory, which holds secrets: chmod 700',
    )

  const deployment = await engine.store.presence.deployment()
  const { heard, listener } = heardFromOthers(hear)
  const bus = seat
    ? threadBus(seat, afterCommits(engine, listener))
    : await openBus(config, deployment, listener, log, tracer)
  closing.defer(() => bus.stop())
  committed.subscribe((batch) => {
    if (batch.length > 0) bus.send({ events: batch })
    return events.publish(batch)
  })
  return { engine, bus, events, committed, deployment, ...heard }
}

/** What this node holds in memory of the store, brought up to date by events; each of so many threads has its share of the caches. */
export async function remember(engine: Engine, events: Publisher<Event[]>, threads = 1) {
  // Several nodes write to PostgreSQL: a response of one of them may be out of date before the event is here.
  const responses = responseCache(engine.kind === 'sqlite' ? limits.cachedResponses.value / threads : 0)
  const work = passwords(threads)
  const users = login({
    store: engine.store,
    checkToken: tokenChecker(limits.cachedTokens.value / threads),
    passwords: work,
    now: Date.now,
    elapsedMs: () => performance.now(),
  })
  const apps = await appDirectory(engine.store)
  events.subscribe((batch) => {
    for (const event of batch) {
      responses.onEvent(event)
      users.onEvent(event)
    }
  })
  events.subscribe((batch) => (batch.some(({ type }) => type === 'app.changed') ? apps.reload() : undefined))
  return { responses, work, users, apps }
}

/** Attachments of messages and shared files. */
export async function openFiles(
  { data_dir, file_space }: Config,
  log: Logger,
  closing: AsyncDisposableStack,
  prunes: boolean,
  others: (taken: SpaceTaken) => void,
) {
  const space = file_space * MiB
  const attachments = await openAttachments(join(data_dir, 'files'), space, Date.now, log, others, prunes)
  closing.defer(() => attachments.stop())
  return attachments
}
