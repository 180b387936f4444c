import { limits } from '../domain/limits.ts'
import { joined } from './joined-frame.ts'
import type { LiveRoom, Session } from './session.ts'
import { tickOf } from './tick.ts'
import { discard, handOver, shareOf } from './waiting.ts'

/** When what is written to a room waits for more. */
export interface BatchTerms {
  /** Longest time that it waits, in ms; 0 = it never does. */
  mostMs: number
  /** Rooms with fewer users on this node never wait. */
  smallest: number
  /** Deliveries a second in a room up to which they do not wait, and from which they wait longest. */
  idle: number
  busy: number
}

export const batchTerms = (mostMs: number): BatchTerms => ({
  mostMs,
  smallest: 200,
  idle: 5000,
  busy: 40_000,
})

/** Bytes and messages of one frame for several messages. */
const mostBytes = limits.batchBytes.value
const mostMessages = limits.batchMessages.value
const nobody: readonly Session[] = []

/**
 * Writes to rooms. Each delivery is a system call: in a large and busy room those of one tick share a frame and a call.
 * Whatever concerns a room goes this way, so that its order holds.
 */
export function roomOutbox(
  write: (topic: string, bytes: Uint8Array) => void,
  wrote: (bytes: number, clients: number) => void,
  terms: BatchTerms,
) {
  /** By how much the event loop is late, in ms. */
  let lagMs = 0

  const isThere = ({ connection, user }: Session, room: LiveRoom): boolean =>
    connection.stage !== 'closed' && user.rooms.get(room.id) === room

  /** To everyone in a room but some: those do not subscribe for the moment at which it is written. */
  function writeBut(room: LiveRoom, bytes: Uint8Array, but: readonly Session[]): void {
    const { topic } = room
    const without = but.length === 0 ? but : but.filter((session) => isThere(session, room))
    const [only] = without
    if (!only) write(topic, bytes)
    else if (without.length === 1) only.socket.publishBinary(topic, bytes)
    else {
      for (const { socket } of without) socket.unsubscribe(topic)
      write(topic, bytes)
      for (const { socket } of without) socket.subscribe(topic)
    }
    wrote(bytes.length, room.users.size)
  }

  /** Writes what waits in a room; those who do not get all of it get their share apart. */
  function flush(room: LiveRoom): void {
    const { waiting } = room
    discard(room)
    if (!waiting) return
    const { entries, since } = waiting
    const apart = new Set(since.keys())
    for (const { but } of entries) for (const session of but) apart.add(session)
    writeBut(room, joined(entries.map(({ frame }) => frame)), [...apart])
    for (const session of apart) {
      const share = isThere(session, room) ? shareOf(waiting, session) : undefined
      if (share) session.send(share)
    }
  }

  return {
    /** Brings a delivery to everyone in a room but some, now or together with what else is for it within a tick. */
    publish(room: LiveRoom, frame: Uint8Array, but = nobody, isUrgent = false): void {
      const isLarge = room.users.size >= terms.smallest && terms.mostMs > 0
      const tick = isLarge ? tickOf(room, terms, lagMs) : 0
      if (room.waiting && room.waiting.bytes + frame.length > mostBytes) flush(room)
      const { waiting } = room
      if (waiting) {
        waiting.entries.push({ frame, but })
        waiting.bytes += frame.length
        if (isUrgent || waiting.entries.length === mostMessages) flush(room)
      } else if (isUrgent || tick === 0) writeBut(room, frame, but)
      else {
        const timer = setTimeout(flush, tick, room)
        room.waiting = { entries: [{ frame, but }], bytes: frame.length, since: new Map(), timer }
      }
    },

    /** Brings a delivery to one session in a room, after what waits there for it. */
    sendTo(room: LiveRoom | undefined, session: Session, frame: Uint8Array): void {
      if (room && session.user.rooms.get(room.id) === room) handOver(room, session)
      session.send(frame)
    },

    /** Notes by how much the event loop was late. */
    late(ms: number): void {
      lagMs = Math.max(ms, lagMs / 2)
    },

    flush,
  }
}

export type RoomOutbox = ReturnType<typeof roomOutbox>
