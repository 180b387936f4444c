import { RedisClient, SQL } from 'bun'
import type { Logger } from 'pino'
import { limits } from '../domain/limits.ts'
import type { Tracer } from '../domain/tracing.ts'
import { decode, encode, type Item, joiner, type Numbered, position, split } from './bus-codec.ts'
import { inTrace, traceparentOf } from './bus-trace.ts'

/** Carries items to every other node, in order. */
export interface Bus {
  send(item: Item): void
  stop(): Promise<void>
}

/** What a node does with what others publish. */
export interface Listener {
  onItem(item: Item): void
  /** Items of other nodes were lost. */
  missed(): void
}

/** A way to carry texts between processes. */
interface Wire {
  /** Carries texts in order; may fail, then they are lost. */
  publish(texts: string[]): Promise<void>
  /** Longest text it carries, in bytes. */
  longest: number
  close(): Promise<void>
}

/** What may wait for the wire; beyond it items are dropped, so that memory is bounded. */
const most = { items: limits.busWaiting.value, characters: limits.busWaitingText.value }

/** How often a node publishes the number of its last item. */
const positionMs = 5000

/** Puts a bus on a wire. Items sent while a publication is under way share the next one. */
function busOn(wire: Wire, me: string, receiver: Receiver, log: Logger, tracer?: Tracer): Bus {
  let waiting: Numbered[] = []
  let size = 0
  let last = 0
  let overflowed = 0
  let sending: Promise<void> | undefined

  async function publish(): Promise<void> {
    while (waiting.length > 0) {
      const items = waiting
      waiting = []
      size = 0
      try {
        const sending = () => wire.publish(split(me, items, wire.longest))
        const about = { 'messaging.batch.message_count': items.length }
        await (tracer ? tracer.part('producer', 'bus publish', about, sending) : sending())
      } catch (error) {
        log.error({ err: error, lost: items.length }, 'events could not be published to other nodes')
      }
      if (overflowed > 0) log.error({ lost: overflowed }, 'too much waited for the bus to other nodes')
      overflowed = 0
    }
    sending = undefined
  }

  /** Others notice by this that the last items of this node were lost. */
  function publishPosition(): void {
    receiver.sweep()
    sending ??= wire
      .publish([position(me, last)])
      .catch((error) => log.debug({ err: error }, 'the latest number of this node could not be published'))
      .then(publish)
  }

  publishPosition()
  const positionTimer = setInterval(publishPosition, positionMs)

  return {
    send(item) {
      last += 1
      if (waiting.length >= most.items || size >= most.characters) {
        overflowed += 1
        return
      }
      const text = inTrace(encode(item), tracer)
      size += text.length
      waiting.push({ n: last, text })
      sending ??= Promise.resolve().then(publish)
    },
    async stop() {
      clearInterval(positionTimer)
      await sending
      await wire.close()
    },
  }
}

/** Receives what other nodes publish. */
interface Receiver {
  onText(text: string): void
  /** The connection was lost for a while: whatever was published meanwhile was missed. */
  reconnected(): void
  sweep(): void
}

function receiverOf(me: string, listener: Listener, log: Logger, tracer?: Tracer): Receiver {
  const { join, reset, sweep } = joiner(me)
  return {
    onText(text) {
      try {
        const { items, missed } = join(text)
        if (missed) listener.missed()
        for (const item of items) {
          const take = () => listener.onItem(decode(item))
          const traceparent = tracer && traceparentOf(item)
          if (traceparent) tracer.root('consumer', 'bus receive', traceparent, {}, take)
          else take()
        }
      } catch (error) {
        log.error({ err: error }, 'a packet of another node could not be decoded')
      }
    },
    reconnected() {
      reset()
      listener.missed()
    },
    sweep,
  }
}

/** A bus through PostgreSQL's own LISTEN and NOTIFY, on two connections. */
async function postgresBus(
  url: string,
  channel: string,
  listener: Listener,
  log: Logger,
  tracer?: Tracer,
): Promise<Bus> {
  const me = crypto.randomUUID()
  const sql = new SQL(url, { max: 2 })
  const receiver = receiverOf(me, listener, log, tracer)
  let isFirst = true
  await sql.listen(channel, receiver.onText, () => {
    if (!isFirst) receiver.reconnected()
    isFirst = false
  })
  const wire: Wire = {
    longest: 7900,
    async publish(texts) {
      await sql`select pg_notify(${channel}, value) from json_array_elements_text(${JSON.stringify(texts)}::text::json)`
    },
    close: () => sql.close({ timeout: 0 }),
  }
  return busOn(wire, me, receiver, log, tracer)
}

/** A bus through the publish and subscribe of Redis or Valkey. */
async function redisBus(
  url: string,
  channel: string,
  listener: Listener,
  log: Logger,
  tracer?: Tracer,
): Promise<Bus> {
  const me = crypto.randomUUID()
  const receiver = receiverOf(me, listener, log, tracer)
  const out = new RedisClient(url)
  await out.connect()
  let subscriber: RedisClient
  let isStopped = false

  async function listen(): Promise<void> {
    subscriber = new RedisClient(url, { autoReconnect: false })
    await subscriber.connect()
    await subscriber.subscribe(channel, receiver.onText)
    subscriber.onclose = () => void listenAgain()
  }

  async function listenAgain(): Promise<void> {
    while (!isStopped) {
      try {
        await listen()
        return receiver.reconnected()
      } catch (error) {
        log.debug({ err: error }, 'Redis cannot be listened to; it is retried')
        await Bun.sleep(200)
      }
    }
  }

  await listen()
  const wire: Wire = {
    longest: 1024 * 1024,
    async publish(texts) {
      await Promise.all(texts.map((text) => out.publish(channel, text)))
    },
    async close() {
      isStopped = true
      subscriber.close()
      out.close()
    },
  }
  return busOn(wire, me, receiver, log, tracer)
}

/** A single node has no others to publish to. */
const noBus: Bus = { send: () => undefined, stop: async () => undefined }

/**
 * The bus of the configuration. `deployment` names the store: deployments that share a Redis do not
 * receive each other's items. A pooler in front of PostgreSQL carries no LISTEN: then Redis has to.
 */
export async function openBus(
  { database_url, redis_url }: { database_url: string; redis_url: string },
  deployment: string,
  listener: Listener,
  log: Logger,
  tracer?: Tracer,
): Promise<Bus> {
  if (database_url === '') return noBus
  if (redis_url !== '') return redisBus(redis_url, `chatroomd:${deployment}`, listener, log, tracer)
  const address = new URL(database_url)
  if (address.searchParams.get('pgbouncer') === 'true') {
    log.warn('behind a pooler, nodes reach each other through CHATROOMD_REDIS_URL only, which is not set')
    return noBus
  }
  return postgresBus(address.href, 'chatroomd', listener, log, tracer)
}
