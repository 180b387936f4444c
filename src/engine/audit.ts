import type { Event } from '../domain/event.ts'
import type { AuditRow } from '../store/audit.ts'
import type { Awaitable } from '../store/database.ts'
import type { Transaction } from './transaction.ts'

/** A change as the trail keeps it: an event without what stands beside it, and without texts of any length. */
type Change = { type: Event['type'] } & Record<string, unknown>

function changeOf(told: Event): Change {
  if (told.type === 'room.created')
    return { type: told.type, owner: told.owner, members: told.members.length }
  const { app, room, by, at, ...event } = told
  switch (event.type) {
    case 'room.changed': {
      const { custom, ...change } = event.change
      return { type: event.type, ...change, ...(custom === undefined ? {} : { custom: true }) }
    }
    case 'attributes.set': {
      const { attributes, ...set } = event
      return { ...set, keys: Object.keys(attributes) }
    }
    default:
      return event
  }
}

/**
 * Keeps what an operation changed, in its own transaction: one row for each room, or for the app. Apps that keep no
 * trail (`auditDays` is 0) pay nothing.
 */
export function audit(unit: Transaction, operation: string, events: Event[]): Awaitable<void> {
  if (unit.app.id === 0 || unit.app.settings.auditDays === 0 || events.length === 0) return
  const byRoom = new Map<string, Change[]>()
  for (const event of events) {
    const changes = byRoom.get(event.room) ?? []
    changes.push(changeOf(event))
    byRoom.set(event.room, changes)
  }
  const at = unit.tick()
  const operator = unit.caller.kind === 'user' ? unit.caller.username : ''
  const rows = [...byRoom].map(
    ([room, changes]): AuditRow => ({ at, room, operator, operation, changes: JSON.stringify(changes) }),
  )
  return unit.store.audit.addAudit(unit.app.id, rows)
}
