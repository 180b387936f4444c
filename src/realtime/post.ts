import type { App } from '../domain/app.ts'
import { historyTerms } from '../domain/history.ts'
import { isClosed } from '../domain/lifecycle.ts'
import { limits } from '../domain/limits.ts'
import { high, low, normal } from '../domain/meter.ts'
import type { Broadcast, Post, PostedToAll } from '../domain/posted-message.ts'
import { isRecorded } from '../domain/recorded-rooms.ts'
import { checkUsername, foldUsername } from '../domain/user.ts'
import { bytesOf } from './bytes.ts'
import { bodyOf } from './content.ts'
import { roomMessage } from './encode.ts'
import type { FanOut } from './fan-out.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  MessageBody,
  MessageBody_Type,
} from './generated/protocol.ts'
import type { Parts } from './parts.ts'

const levels = { high, normal, low }

/** A message as all of its rooms get it, once it is known to be sound. */
function prepared(app: App, posted: PostedToAll) {
  const sender = checkUsername(posted.from ?? 'admin')
  const body = bodyOf(MessageBody_Type.CHATROOM, sender, posted)
  if (bytesOf(MessageBody, body).length > limits.messageBytes.value) throw posted.tooLarge()
  const ignored = posted.roam_ignore_users?.length ? posted.roam_ignore_users.map(foldUsername) : null
  const priority = levels[posted.chatroom_msg_level || 'normal']
  const tags: KeyValue[] = [{ key: 'chatroom_msg_tag', type: Kind.INT, varintValue: BigInt(priority) }]
  return { sender, body, tags, priority, app, history: historyTerms(app.settings, ignored) }
}

type Prepared = ReturnType<typeof prepared>

/** Rooms that a broadcast reaches before it lets other work go first, for `pauseMs`. */
const roomsPerTurn = 500
const pauseMs = 20

interface Given extends Pick<Parts, 'store' | 'live' | 'counters' | 'now' | 'newId' | 'log'> {
  /** Resolves when the messages that were sent so far are in the history. */
  stored(): Promise<void>
  /** Rooms of an app in which someone is who is connected to another node. */
  roomsElsewhere(app: number): Promise<string[]>
}

/**
 * Sends messages of an app's own server; they are neither muted nor held to the rates of rooms and users. A room that
 * is disabled, not open yet or expired gets nothing, and has an id for it like one that does not exist.
 */
export function posting(
  { store, live, counters, now, newId, log, stored, roomsElsewhere }: Given,
  fanOut: Pick<FanOut, 'everywhere'>,
): { post: Post; broadcast: Broadcast } {
  /** Sends a message to one room; returns its id there. */
  function send(room: string, message: Prepared, directed: string[] | undefined): bigint {
    const { app, sender, body, tags, priority, history } = message
    const at = now()
    const id = newId(at)
    counters.messages += 1
    fanOut.everywhere({
      app: app.id,
      room,
      id,
      sender,
      client: undefined,
      recalls: undefined,
      history,
      callbackSource: isRecorded(app, room) ? 'rest' : undefined,
      priority,
      directed,
      frame: roomMessage({ id, room, sender, resource: undefined, at }, body, tags),
    })
    return id
  }

  /** Those of these rooms in which nobody speaks now. */
  async function closedAmong({ id: app, settings }: App, rooms: string[]): Promise<Set<string>> {
    const all = settings.roomsOpenAt !== 0 || settings.roomsExpireAt !== 0
    const found = await store.rooms.restrictedAmong(app, rooms, all)
    return new Set(
      found.filter((room) => room.disabled || isClosed(settings, room, now())).map(({ id }) => id),
    )
  }

  async function sendToAll(app: App, rooms: string[], message: Prepared): Promise<void> {
    for (let start = 0; start < rooms.length; start += roomsPerTurn) {
      if (start > 0) await Bun.sleep(pauseMs)
      const next = rooms.slice(start, start + roomsPerTurn)
      const closed = await closedAmong(app, next)
      for (const room of next) if (!closed.has(room)) send(room, message, undefined)
    }
  }

  return {
    async post(app, posted) {
      const message = prepared(app, posted)
      const directed = posted.users?.length ? posted.users.map(foldUsername) : undefined
      const ids: Record<string, string> = {}
      for (const room of new Set(posted.to)) {
        const found = await store.rooms.findRoom(app.id, room)
        const isOpen = found !== undefined && !found.disabled && !isClosed(app.settings, found, now())
        ids[room] = String(isOpen ? send(room, message, directed) : newId(now()))
      }
      if (message.history?.isDurable) await stored()
      return ids
    },

    async broadcast(app, posted) {
      const message = prepared(app, posted)
      message.tags.push({ key: 'is_broadcast', type: Kind.BOOL, varintValue: 1n })
      const elsewhere = await roomsElsewhere(app.id)
      const here = [...live.rooms.values()].filter((room) => room.app === app.id).map(({ id }) => id)
      const id = newId(now())
      sendToAll(app, [...new Set([...here, ...elsewhere])], message).catch((error) =>
        log.error({ err: error }, 'a broadcast did not reach all chat rooms'),
      )
      return Number(id)
    },
  }
}
