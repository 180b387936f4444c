import type { Logger } from 'pino'
import { busCounts } from '../domain/bus-counts.ts'
import type { Tracer } from '../domain/tracing.ts'
import { type Bus, openBusOn } from './bus.ts'
import { everythingHeard } from './heard-rooms.ts'
import { natsWire } from './nats-wire.ts'
import { postgresWire } from './postgres-wire.ts'
import type { Listener } from './receiver.ts'
import { redisWire } from './redis-wire.ts'

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
  if (nats_url !== '')
    return openBusOn((each) => natsWire(nats_url, deployment, each, log), listener, log, tracer)
  if (redis_url !== '')
    return openBusOn((each) => redisWire(redis_url, deployment, each, log), listener, log, tracer)
  const address = new URL(database_url)
  if (address.searchParams.get('pgbouncer') === 'true') {
    log.warn(
      'behind a pooler, nodes reach each other through CHATROOMD_NATS_URL or CHATROOMD_REDIS_URL only, and neither is set',
    )
    return noBus()
  }
  return openBusOn((each) => postgresWire(address.href, each), listener, log, tracer)
}
