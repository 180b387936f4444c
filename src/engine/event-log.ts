import { actorOf, type Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import type { Awaitable } from '../store/database.ts'
import type { EventRow } from '../store/events.ts'
import type { Transaction } from './transaction.ts'

type Stored = { type: Event['type']; before?: object | undefined } & Record<string, unknown>

/** An event without what other columns of its row have, and without texts of any length. */
function storedOf(event: Event): Stored {
  const { app, room, by, at, ...own } = event
  switch (own.type) {
    case 'room.created':
      return { type: own.type, owner: own.owner, members: own.members.length }
    case 'room.changed': {
      const { custom, ...change } = own.change
      return {
        type: own.type,
        ...change,
        ...(custom === undefined ? {} : { custom: true }),
        before: own.before,
      }
    }
    case 'room.restored':
    case 'room.dissolved': {
      const { members, ...told } = own
      return told
    }
    case 'attributes.set': {
      const { attributes, ...set } = own
      return { ...set, keys: Object.keys(attributes) }
    }
    default:
      return own
  }
}

/** What callbacks send of an event beyond the audit trail, read in its transaction. */
async function extraOf({ app, store }: Transaction, event: Event): Promise<string | null> {
  const info = async () => ({ info: await store.rooms.findRoom(app.id, event.room) })
  switch (event.type) {
    case 'room.created':
    case 'room.restored':
      return JSON.stringify({
        members: (event.members ?? []).slice(0, limits.callbackMembers.value),
        ...(await info()),
      })
    case 'room.changed':
      return JSON.stringify(await info())
    case 'room.dissolved':
      return JSON.stringify({ members: event.members ?? [] })
    case 'attributes.set':
      return JSON.stringify({ attributes: event.attributes })
    default:
      return null
  }
}

/**
 * Appends what an operation did to the log of events, in its own transaction. Apps that retain nothing (`auditDays` is
 * 0) and have no callback rules pay nothing.
 */
export function logEvents(transaction: Transaction, operation: string, events: Event[]): Awaitable<void> {
  const { app, caller, store } = transaction
  if (app.id === 0 || events.length === 0 || (app.settings.auditDays === 0 && app.callbacks === 0)) return
  const at = transaction.tick()
  const operator = actorOf(caller)
  const counts = new Map<string, number>()
  const rows = events.map((event): EventRow => {
    const { type, before, ...own } = storedOf(event)
    const data = caller.reason === undefined ? own : { reason: caller.reason, ...own }
    const { room } = event
    const number = counts.get(room) ?? 0
    counts.set(room, number + 1)
    const was = before === undefined ? null : JSON.stringify(before)
    return { at, room, number, operator, operation, type, data: JSON.stringify(data), before: was }
  })
  if (app.callbacks === 0) return store.events.addEvents(app.id, rows)
  return addWithExtras(transaction, events, rows)
}

async function addWithExtras(transaction: Transaction, events: Event[], rows: EventRow[]): Promise<void> {
  for (const [place, event] of events.entries()) {
    const row = rows[place]
    if (row) row.extra = await extraOf(transaction, event)
  }
  await transaction.store.events.addEvents(transaction.app.id, rows)
}
