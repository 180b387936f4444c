import type { ReportState } from '../domain/report.ts'
import type { Database, Param } from './database.ts'

/** What a user reported of a message. */
interface NewReport {
  message: string
  /** Who reported it. */
  username: string
  type: string
  reason: string
  /** Unix ms. */
  createdMs: number
  /** The chat room of the message; empty for one to a user, and where it is not known any more. */
  room: string
  /** Who sent it; empty where that is not known any more. */
  sender: string
}

/** What was decided of a report: by whom, when (Unix ms; 0 = not yet), and why. */
interface Decision {
  state: ReportState
  handledBy: string
  handled: number
  note: string
}

export type Report = NewReport & Decision

/** A cursor in the list of reports. */
export type ReportPosition = Pick<Report, 'createdMs' | 'message' | 'username'>

/** Which reports are selected. */
export type ReportFilter = Partial<Pick<Report, 'state' | 'room' | 'username' | 'sender' | 'message'>>

export interface ReportReads {
  /** The latest first, after a cursor. */
  listReports(app: number, filter: ReportFilter, limit: number, after?: ReportPosition): Promise<Report[]>
  findReport(app: number, message: string, username: string): Promise<Report | undefined>
  /** How often a user has reported since a time (Unix ms). */
  countReports(app: number, username: string, since: number): Promise<number>
}

export interface ReportStore extends ReportReads {
  /**
   * Adds a report, in place of an earlier one of the same user and message, whose room, sender and state stay. Only the
   * latest `most` stay. `since`: from when on (Unix ms) repeats are counted.
   */
  addReport(app: number, report: NewReport, most: number, since: number): Promise<void>
  /** Decides all reports of a message; returns how many there are. */
  decideReports(app: number, message: string, decision: Decision): Promise<number>
  /** Removes reports by a user and of its messages. */
  forgetReportsOfUser(app: number, username: string): Promise<void>
}

const added = 'message, username, type, reason, created, room, sender'
const columns = `${added.replace('created', 'created as "createdMs"')}, state, handled_by as "handledBy", handled, note`
const place = 'created, message, username'
const latestFirst = 'created desc, message desc, username desc'
const filters = ['state', 'room', 'username', 'sender', 'message'] as const

function reads(db: Database): ReportReads {
  return {
    async listReports(app, filter, limit, after) {
      const params: Param[] = [app, limit]
      const add = (value: Param): string => `?${params.push(value)}`
      let where = 'app = ?1'
      for (const column of filters) {
        const value = filter[column]
        if (value !== undefined) where += ` and ${column} = ${add(value)}`
      }
      if (after)
        where += ` and (${place}) < (${[after.createdMs, after.message, after.username].map(add).join()})`
      return db.all<Report>(
        `select ${columns} from reports where ${where} order by ${latestFirst} limit ?2`,
        ...params,
      )
    },

    findReport: async (app, message, username) =>
      db.get<Report>(
        `select ${columns} from reports where app = ?1 and message = ?2 and username = ?3`,
        app,
        message,
        username,
      ),

    async countReports(app, username, since) {
      const row = await db.get<{ count: number }>(
        `select coalesce(sum(repeats), 0) as count from reports where app = ?1 and username = ?2 and created > ?3`,
        app,
        username,
        since,
      )
      return row?.count ?? 0
    },
  }
}

export function reportStore(db: Database): ReportStore {
  return {
    ...reads(db),

    async addReport(app, { message, username, type, reason, createdMs, room, sender }, most, since) {
      await db.run(
        `insert into reports (app, ${added}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         on conflict (app, message, username) do update
         set type = excluded.type, reason = excluded.reason, created = excluded.created,
           repeats = case when reports.created > ?9 then reports.repeats + 1 else 1 end,
           room = case excluded.room when '' then reports.room else excluded.room end,
           sender = case excluded.sender when '' then reports.sender else excluded.sender end`,
        app,
        message,
        username,
        type,
        reason,
        createdMs,
        room,
        sender,
        since,
      )
      await db.run(
        `delete from reports where app = ?1 and (${place}) <=
           (select ${place} from reports where app = ?1 order by ${latestFirst} limit 1 offset ?2)`,
        app,
        most,
      )
    },

    decideReports: async (app, message, { state, handledBy, handled, note }) =>
      db.run(
        `update reports set state = ?3, handled_by = ?4, handled = ?5, note = ?6 where app = ?1 and message = ?2`,
        app,
        message,
        state,
        handledBy,
        handled,
        note,
      ),

    async forgetReportsOfUser(app, username) {
      await db.run(`delete from reports where app = ?1 and (username = ?2 or sender = ?2)`, app, username)
    },
  }
}
