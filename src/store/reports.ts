import type { Database } from './database.ts'

/** What a user reported of a message. */
interface Report {
  message: string
  /** Who reported it. */
  username: string
  type: string
  reason: string
  /** Unix ms. */
  created: number
  /** The chat room of the message; empty for one to a user, and where it is not known any more. */
  room: string
  /** Who sent it; empty where that is not known any more. */
  sender: string
}

/** A place in the list of reports. */
export type ReportPosition = Pick<Report, 'created' | 'message' | 'username'>

export interface ReportReads {
  /** The latest first, after a place. */
  listReports(app: number, limit: number, after?: ReportPosition): Promise<Report[]>
}

export interface ReportStore extends ReportReads {
  /** Adds a report, in place of an earlier one of the same user and message, whose room and sender stay known. Only the latest `most` stay. */
  addReport(app: number, report: Report, most: number): Promise<void>
  /** Removes reports by a user and of its messages. */
  forgetReportsOfUser(app: number, username: string): Promise<void>
}

const columns = 'message, username, type, reason, created, room, sender'
const place = 'created, message, username'
const latestFirst = 'created desc, message desc, username desc'

export function reportStore(db: Database): ReportStore {
  return {
    listReports: async (app, limit, after) =>
      after
        ? db.all<Report>(
            `select ${columns} from reports where app = ?1 and (${place}) < (?3, ?4, ?5)
             order by ${latestFirst} limit ?2`,
            app,
            limit,
            after.created,
            after.message,
            after.username,
          )
        : db.all<Report>(
            `select ${columns} from reports where app = ?1 order by ${latestFirst} limit ?2`,
            app,
            limit,
          ),

    async addReport(app, { message, username, type, reason, created, room, sender }, most) {
      await db.run(
        `insert into reports (app, ${columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         on conflict (app, message, username) do update
         set type = excluded.type, reason = excluded.reason, created = excluded.created,
           room = case excluded.room when '' then reports.room else excluded.room end,
           sender = case excluded.sender when '' then reports.sender else excluded.sender end`,
        app,
        message,
        username,
        type,
        reason,
        created,
        room,
        sender,
      )
      await db.run(
        `delete from reports where app = ?1 and (${place}) <=
           (select ${place} from reports where app = ?1 order by ${latestFirst} limit 1 offset ?2)`,
        app,
        most,
      )
    },

    async forgetReportsOfUser(app, username) {
      await db.run(`delete from reports where app = ?1 and (username = ?2 or sender = ?2)`, app, username)
    },
  }
}
