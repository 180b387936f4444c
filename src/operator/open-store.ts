import type { Logger } from 'pino'
import { appDirectory } from '../auth/app-directory.ts'
import { login } from '../auth/login.ts'
import { passwords } from '../auth/passwords.ts'
import { tokenChecker } from '../auth/tokens.ts'
import type { NodeNews } from '../cluster/bus-codec.ts'
import { openBus } from '../cluster/open-bus.ts'
import type { Config } from '../config.ts'
import type { Event } from '../domain/event.ts'
import type { RelayedMessage, UserMessage } from '../domain/relayed-message.ts'
import { openEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine-types.ts'
import { type Publisher, publisher } from '../engine/publisher.ts'
import { responseCache } from '../engine/response-cache.ts'
import { isReadByOthers } from '../store/sqlite-file.ts'

/** Opens the store and the bus to other nodes. `events` has what was written, by this node or by another. */
export async function openStore(
  config: Config,
  log: Logger,
  { batch, tracer }: NonNullable<Parameters<typeof openEngine>[2]>,
  closing: AsyncDisposableStack,
) {
  const committed = publisher<Event[]>()
  const events = publisher<Event[]>()
  const engine = await openEngine(config, committed.publish, { batch, tracer })
  closing.defer(() => engine.close())
  if (isReadByOthers(config.data_dir))
    log.warn(
      { dir: config.data_dir },
      'other users can look into the data directory, which holds secrets: chmod 700',
    )

  const notApplied = (error: unknown) =>
    log.error({ err: error }, 'a change of another node could not be applied; the caches are read again')
  const relayed = publisher<RelayedMessage>()
  const relayedToUsers = publisher<UserMessage>()
  const nodes = publisher<NodeNews>()
  const missed = publisher<void>()
  const deployment = await engine.store.presence.deployment()
  const bus = await openBus(
    config,
    deployment,
    {
      onItem(item) {
        if ('message' in item) relayed.publish(item.message)
        else if ('userMessage' in item) relayedToUsers.publish(item.userMessage)
        else if ('node' in item) nodes.publish(item.node)
        else events.publish(item.events)?.catch(notApplied)
      },
      missed: () => void missed.publish(),
    },
    log,
    tracer,
  )
  closing.defer(() => bus.stop())
  committed.subscribe((batch) => {
    if (batch.length > 0) bus.send({ events: batch })
    return events.publish(batch)
  })
  return { engine, bus, events, committed, deployment, relayed, relayedToUsers, missed, nodes }
}

/** What this node holds in memory of the store, brought up to date by events. */
export async function remember(engine: Engine, events: Publisher<Event[]>) {
  // Several nodes write to PostgreSQL: a response of one of them may be out of date before the event is here.
  const responses = responseCache(engine.kind === 'sqlite' ? undefined : 0)
  const work = passwords()
  const users = login({
    store: engine.store,
    checkToken: tokenChecker(),
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
