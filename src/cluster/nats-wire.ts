import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { MiB } from '../domain/limits/limit.ts'
import { everyone, type Wire, type WireListener } from './wire.ts'

const reconnectMs = 200

/** Subjects of NATS: one for all nodes, and one for each room. */
export async function natsWire(
  url: string,
  deployment: string,
  { onText, reconnected }: WireListener,
  log: Logger,
): Promise<Wire> {
  // Loaded where it is used: most servers have no NATS.
  const nats = await import('@nats-io/transport-node')
  const address = new URL(url)
  const connection: NatsConnection = await nats.connect({
    servers: address.host,
    ...(address.protocol === 'tls:' ? { tls: {} } : {}),
    ...(address.username === ''
      ? {}
      : { user: decodeURIComponent(address.username), pass: decodeURIComponent(address.password) }),
    name: 'chatroomd',
    noEcho: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectMs,
  })
  const prefix = `chatroomd.${deployment}`
  const subjectOf = (subject: string) =>
    `${prefix}.${subject === everyone ? 'all' : subject.replace('/', '.')}`
  const subscriptions = new Map<string, Subscription>()

  const subscribe = (subject: string): Subscription =>
    connection.subscribe(subjectOf(subject), {
      callback: (error: Error | null, message: Msg) => {
        if (error) log.debug({ err: error }, 'a subscription at NATS has failed')
        else onText(subject, message.string())
      },
    })

  void (async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') reconnected()
  })()

  subscribe(everyone)
  await connection.flush()
  return {
    longest: Math.min(connection.info?.max_payload ?? MiB, MiB),
    async publish(packets) {
      for (const { subject, text } of packets) connection.publish(subjectOf(subject), text)
      await connection.flush()
    },
    rooms: {
      async subscribe(rooms) {
        for (const room of rooms) if (!subscriptions.has(room)) subscriptions.set(room, subscribe(room))
        await connection.flush()
      },
      async unsubscribe(rooms) {
        for (const room of rooms) {
          subscriptions.get(room)?.unsubscribe()
          subscriptions.delete(room)
        }
      },
    },
    close: () => connection.close(),
  }
}
