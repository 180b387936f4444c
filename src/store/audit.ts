import type { Database } from './database.ts'

/** One operation on one room, or, where `room` is empty, on the app. */
export interface AuditRow {
  /** Microseconds since the epoch: the order, too. */
  at: number
  room: string
  /** A user id; empty for the app itself. */
  operator: string
  /** The operation's name. */
  operation: string
  /** What it changed, as JSON. */
  changes: string
}

/** The audit trail of an app. A place in it is the time and the room of a row. */
export interface AuditReads {
  /** At most `limit` rows, the latest first, of one room or of all, from after `position` on. */
  listAudit(
    app: number,
    limit: number,
    room?: string,
    position?: Pick<AuditRow, 'at' | 'room'>,
  ): Promise<AuditRow[]>
}

export interface AuditStore extends AuditReads {
  addAudit(app: number, rows: AuditRow[]): Promise<void>
  /** Removes at most `limit` of the rows before a time (microseconds), the oldest first; answers how many. */
  removeAudit(app: number, before: number, limit: number): Promise<number>
}

const columns = 'at, room, operator, operation, changes'

const insert = `insert into audit (app, ${columns}) values (?1, ?2, ?3, ?4, ?5, ?6) on conflict do nothing`

export function auditStore(db: Database): AuditStore {
  return {
    async addAudit(app, rows) {
      for (const { at, room, operator, operation, changes } of rows) {
        // Two servers can change one room in the same microsecond of the clock that they share.
        let free = at
        while ((await db.run(insert, app, free, room, operator, operation, changes)) === 0) free += 1
      }
    },

    async listAudit(app, limit, room, position) {
      const end = Number.MAX_SAFE_INTEGER
      const { at, room: after } = position ?? { at: end, room: '' }
      if (room !== undefined) {
        return db.all<AuditRow>(
          `select ${columns} from audit where app = ?1 and room = ?2 and at < ?3 order by at desc limit ?4`,
          app,
          room,
          at,
          limit,
        )
      }
      return db.all<AuditRow>(
        `select ${columns} from audit where app = ?1 and (at, room) < (?2, ?3)
         order by at desc, room desc limit ?4`,
        app,
        at,
        after,
        limit,
      )
    },

    async removeAudit(app, before, limit) {
      return db.run(
        `delete from audit where app = ?1 and (at, room) in (
           select at, room from audit where app = ?1 and at < ?2 order by at limit ?3)`,
        app,
        before,
        limit,
      )
    },
  }
}
