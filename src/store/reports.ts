import type { ReportSource, ReportState } from '../domain/report.ts'
import type { Database, Param } from './database.ts'

/** The `username` of what keyword lists report. */
const keywords = ''

/** What a user, or a keyword list, reported of a message. */
interface NewReport {
  message: string
  /** Who reported it; empty where keyword lists did. */
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
export type ReportFilter = Partial<Pick<Report, 'state' | 'room' | 'username' | 'sender' | 'message'>> & {
  /** By users, or by keyword lists. */
  source?: ReportSource
}

export interface ReportReads {
  /** The latest first, after a cursor. */
  listReports(app: number, filter: ReportFilter, limit: number, after?: ReportPosition): Promise<Report[]>
  findReport(app: number, message: string, username: string): Promise<Report | undefined>
  /** How often a user has reported since a time (Unix ms). */
  countReports(app: number, username: string, since: number): Promise<number>
}

export interface ReportStore extends ReportReads {
  /**
   * Adds a report by a user, in place of an earlier one of the same user and message, whose room, sender and state stay.
   * Only the latest `most` by users stay. `since`: from when on (Unix ms) repeats are counted.
   */
  addReport(app: number, report: NewReport, most: number, since: number): Promise<void>
  /**
   * Adds reports by keyword lists, of which the latest `most` stay; returns those that were added: not what is open since
   * `since` (Unix ms) already, of the same words by the same sender in the same room.
   */
  addKeywordReports(app: number, reports: NewReport[], most: number, since: number): Promise<NewReport[]>
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

const by = { user: '<>', keyword: '=' } as const

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
      if (filter.source) where += ` and username ${by[filter.source]} '${keywords}'`
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

/** Leaves the latest `most` reports by users, or by keyword lists: neither push out the others. */
async function trim(db: Database, app: number, source: ReportSource, most: number): Promise<void> {
  const ours = `app = ?1 and username ${by[source]} '${keywords}'`
  await db.run(
    `delete from reports where ${ours} and (${place}) <=
       (select ${place} from reports where ${ours} order by ${latestFirst} limit 1 offset ?2)`,
    app,
    most,
  )
}

const keyOf = ({ sender, room, reason }: Pick<NewReport, 'sender' | 'room' | 'reason'>): string =>
  JSON.stringify([sender, room, reason])

/** What keyword lists have reported since a time, and nobody has decided. */
async function openSince(db: Database, app: number, since: number): Promise<Set<string>> {
  const rows = await db.all<Pick<NewReport, 'sender' | 'room' | 'reason'>>(
    `select sender, room, reason from reports
     where app = ?1 and username = '${keywords}' and created > ?2 and state = 'open'`,
    app,
    since,
  )
  return new Set(rows.map(keyOf))
}

/** Reads and writes the table `reports`. */
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
      await trim(db, app, 'user', most)
    },

    async addKeywordReports(app, reports, most, since) {
      const known = await openSince(db, app, since)
      const isNew = (report: NewReport) => {
        const key = keyOf(report)
        return !known.has(key) && known.add(key)
      }
      const fresh = reports.filter(isNew)
      for (const { message, type, reason, createdMs, room, sender } of fresh)
        await db.run(
          `insert into reports (app, ${added}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict do nothing`,
          app,
          message,
          keywords,
          type,
          reason,
          createdMs,
          room,
          sender,
        )
      if (fresh.length > 0) await trim(db, app, 'keyword', most)
      return fresh
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
