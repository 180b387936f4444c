import type { Logger } from 'pino'
import { busCounts } from '../domain/bus-counts.ts'
import type { Tracer } from '../domain/tracing.ts'
import { type Bus, openBusOn } from './bus.ts'
import { everythingHeard } from './heard-rooms.ts'
import type { Listener } from './receiver.ts'

/** A single node has no others to publish to. */
const noBus = (): Bus => ({
  ...everythingHeard,
  counts: busCounts(),
  send: () => undefined,
  stop: async () => undefined,
})

/**
 * The bus of the configuration. `deployment` names the store: deployments that share a NATS or Redis do not
 * receive each other's items. A pooler in front of PostgreSQL carries no LISTEN: then one of these has to.
 */
export async function openBus(
  { database_url, redis_url, nats_url }: { database_url: string; redis_url: string; nats_url: string },
  deployment: string,
  listener: Listener,
  log: Logger,
  tracer?: Tracer,
): Promise<Bus> {
  if (database_url === '') return noBus()
  // Loaded by whoever uses them: on the embedded store nobody does.
  if (nats_url !== '') {
    const { natsWire } = await import('./nats-wire.ts')
    return openBusOn((each) => natsWire(nats_url, deployment, each, log), listener, log, tracer)
  }
  if (redis_url !== '') {
    const { redisWire } = await import('./redis-wire.ts')
    return openBusOn((each) => redisWire(redis_url, deployment, each, log), listener, log, tracer)
  }
  const address = new URL(database_url)
  if (address.searchParams.get('pgbouncer') === 'true') {
    log.warn(
      'behind a pooler, nodes reach each other through CHATROOMD_NATS_URL or CHATROOMD_REDIS_URL only, and neither is set',
    )
    return noBus()
  }
  const { postgresWire } = await import('./postgres-wire.ts')
  return openBusOn((each) => postgresWire(address.href, each), listener, log, tracer)
}
