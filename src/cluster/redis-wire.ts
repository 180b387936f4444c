import { RedisClient } from 'bun'
import type { Logger } from 'pino'
import { MiB } from '../domain/limits/limit.ts'
import { everyone, type Wire, type WireListener } from './wire.ts'

const retryMs = 200

/** Publish and subscribe of Redis or Valkey: a channel for all nodes, and one for each room. */
export async function redisWire(
  url: string,
  deployment: string,
  { onText, reconnected }: WireListener,
  log: Logger,
): Promise<Wire> {
  const prefix = `chatroomd:${deployment}`
  const channelOf = (subject: string) => (subject === everyone ? prefix : `${prefix}:${subject}`)
  const onMessage = (text: string, channel: string) => onText(channel.slice(prefix.length + 1), text)
  const out = new RedisClient(url)
  await out.connect()
  const heard = new Set<string>([everyone])
  let subscriber: RedisClient
  /** What the connection there is was asked for; it has each channel once. */
  let asked = new Set<string>()
  let isStopped = false

  async function listen(): Promise<void> {
    subscriber = new RedisClient(url, { autoReconnect: false })
    asked = new Set(heard)
    await subscriber.connect()
    await subscriber.subscribe([...asked].map(channelOf), onMessage)
    subscriber.onclose = () => {
      listening = listenAgain()
    }
  }

  async function listenAgain(): Promise<void> {
    while (!isStopped) {
      try {
        await listen()
        return reconnected()
      } catch (error) {
        log.debug({ err: error }, 'Redis cannot be listened to; it is retried')
        await Bun.sleep(retryMs)
      }
    }
  }

  let listening = listen()
  await listening
  return {
    longest: MiB,
    async publish(packets) {
      await Promise.all(packets.map(({ subject, text }) => out.publish(channelOf(subject), text)))
    },
    rooms: {
      async subscribe(rooms) {
        for (const room of rooms) heard.add(room)
        await listening
        const missing = rooms.filter((room) => !asked.has(room))
        if (missing.length === 0) return
        for (const room of missing) asked.add(room)
        await subscriber.subscribe(missing.map(channelOf), onMessage)
      },
      async unsubscribe(rooms) {
        for (const room of rooms) heard.delete(room)
        for (const room of rooms) asked.delete(room)
        await subscriber.unsubscribe(rooms.map(channelOf))
      },
    },
    async close() {
      isStopped = true
      subscriber.close()
      out.close()
    },
  }
}
