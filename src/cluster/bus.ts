import { RedisClient, SQL } from 'bun'
import type { Logger } from 'pino'
import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import type { RelayedMessage } from '../domain/relayed-message.ts'

/** What nodes tell each other: what was written, and messages on their way. */
type Item = { events: Event[] } | { message: RelayedMessage }

/** Carries items to every other node, in order. */
export interface Bus {
  send(item: Item): void
  stop(): Promise<void>
}

/** What a node does with what it hears. */
export interface Listener {
  hear(item: Item): void
  /** The connection was lost for a while: whatever was said meanwhile was missed. */
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

/** What may wait for the wire before items are lost rather than kept: a bound on memory. */
const most = { items: limits.busWaiting.value, characters: limits.busWaitingText.value }

/**
 * One text on the wire: some items, or a part of one that was too long. `from` is the node that wrote it; PostgreSQL
 * would carry equal texts of one transaction once, so `n` makes each differ.
 */
interface Packet {
  from: string
  n: number
  items?: string[]
  part?: { of: number; text: string }
}

const written = (item: Item): string => {
  if (!('message' in item)) return JSON.stringify(item)
  const { frame, id, ...message } = item.message
  const bytes = Buffer.from(frame).toString('base64')
  return JSON.stringify({ message: { ...message, id: String(id), frame: bytes } })
}

function read(text: string): Item {
  const item = JSON.parse(text)
  if (!item.message) return item
  const { frame, id, ...message } = item.message
  return { message: { ...message, id: BigInt(id), frame: new Uint8Array(Buffer.from(frame, 'base64')) } }
}

/** Texts of at most `longest` bytes that carry `items`; as many items as fit share one. */
function packed(from: string, items: string[], longest: number): string[] {
  const texts: string[] = []
  let some: string[] = []
  let size = 0
  const room = longest - 200
  const add = (packet: Omit<Packet, 'from' | 'n'>) =>
    texts.push(JSON.stringify({ from, n: texts.length, ...packet } satisfies Packet))
  const flush = () => {
    if (some.length > 0) add({ items: some })
    some = []
    size = 0
  }
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item))
    if (size + bytes + 1 > room) flush()
    if (bytes <= room) {
      some.push(item)
      size += bytes + 1
      continue
    }
    const base64 = Buffer.from(item).toString('base64')
    const of = Math.ceil(base64.length / room)
    for (let part = 0; part < of; part += 1) {
      add({ part: { of, text: base64.slice(part * room, (part + 1) * room) } })
    }
  }
  flush()
  return texts
}

/** Puts a bus on a wire. What is sent while a publication is under way goes into the next one together. */
function busOn(wire: Wire, me: string, log: Logger): Bus {
  let waiting: string[] = []
  let size = 0
  let sending: Promise<void> | undefined

  async function publish(): Promise<void> {
    while (waiting.length > 0) {
      const items = waiting
      waiting = []
      size = 0
      try {
        await wire.publish(packed(me, items, wire.longest))
      } catch (error) {
        log.error({ err: error, lost: items.length }, 'other nodes could not be told')
      }
    }
    sending = undefined
  }

  return {
    send(item) {
      if (waiting.length >= most.items || size >= most.characters) return
      const text = written(item)
      size += text.length
      waiting.push(text)
      sending ??= Promise.resolve().then(publish)
    },
    async stop() {
      await sending
      await wire.close()
    },
  }
}

/** Reads what other nodes wrote, and puts together what came in parts; a node's own it skips. */
function reader(me: string, listener: Listener, log: Logger): (text: string) => void {
  const parts = new Map<string, string[]>()
  return (text) => {
    try {
      const { from, items, part } = JSON.parse(text) as Packet
      if (from === me) return
      for (const item of items ?? []) listener.hear(read(item))
      if (!part) return
      const some = [...(parts.get(from) ?? []), part.text]
      parts.set(from, some)
      if (some.length < part.of) return
      parts.delete(from)
      listener.hear(read(Buffer.from(some.join(''), 'base64').toString()))
    } catch (error) {
      log.error({ err: error }, 'what another node said could not be read')
    }
  }
}

/** A bus through PostgreSQL's own LISTEN and NOTIFY, on two connections. */
async function postgresBus(url: string, channel: string, listener: Listener, log: Logger): Promise<Bus> {
  const me = crypto.randomUUID()
  const sql = new SQL(url, { max: 2 })
  let isFirst = true
  await sql.listen(channel, reader(me, listener, log), () => {
    if (!isFirst) listener.missed()
    isFirst = false
  })
  const wire: Wire = {
    longest: 7900,
    async publish(texts) {
      await sql`select pg_notify(${channel}, value) from json_array_elements_text(${JSON.stringify(texts)}::text::json)`
    },
    close: () => sql.close({ timeout: 0 }),
  }
  return busOn(wire, me, log)
}

/** A bus through the publish and subscribe of Redis or Valkey. */
async function redisBus(url: string, channel: string, listener: Listener, log: Logger): Promise<Bus> {
  const me = crypto.randomUUID()
  const hear = reader(me, listener, log)
  const out = new RedisClient(url)
  await out.connect()
  let ear: RedisClient
  let isStopped = false

  async function listen(): Promise<void> {
    ear = new RedisClient(url, { autoReconnect: false })
    await ear.connect()
    await ear.subscribe(channel, hear)
    ear.onclose = () => void listenAgain()
  }

  async function listenAgain(): Promise<void> {
    while (!isStopped) {
      try {
        await listen()
        return listener.missed()
      } catch {
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
      ear.close()
      out.close()
    },
  }
  return busOn(wire, me, log)
}

/** The only node of its store has nobody to tell. */
export const noBus: Bus = { send: () => undefined, stop: async () => undefined }

/**
 * The bus that the configuration asks for. `deployment` names the store: deployments that share a Redis do not hear
 * each other. A pooler in front of PostgreSQL carries no LISTEN: then Redis has to.
 */
export async function openBus(
  { database_url, redis_url }: { database_url: string; redis_url: string },
  deployment: string,
  listener: Listener,
  log: Logger,
): Promise<Bus> {
  if (database_url === '') return noBus
  if (redis_url !== '') return redisBus(redis_url, `chatroomd:${deployment}`, listener, log)
  const address = new URL(database_url)
  if (address.searchParams.get('pgbouncer') === 'true') {
    log.warn('nodes behind a pooler hear of each other through CHATROOMD_REDIS_URL only, which is not set')
    return noBus
  }
  return postgresBus(address.href, 'chatroomd', listener, log)
}
