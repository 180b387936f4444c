import { isActivity } from '../activity-events.ts'
import type { Database } from '../database.ts'
import { ownXid } from '../event-position.ts'
import { type Check, type Key, rowCheck } from './check.ts'

const isSqlite = ({ dialect }: Database): boolean => dialect === 'sqlite'

/** Of a transaction that this database has yet to come to, as a restored dump has them: no reader gets there. */
const isXidAhead = `t.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`

const nowUs = (db: Database): string =>
  isSqlite(db)
    ? `cast((julianday('now') - 2440587.5) * 86400000000.0 as integer)`
    : `(extract(epoch from clock_timestamp()) * 1000000)::bigint`

/** How far times may be ahead of the clock, which can have been set back a little. */
const toleratedUs = 60_000_000

/** Events continue after the latest one, also where the clock was set back. */
const latestUs = `(select coalesce(max((select max(e.at) from events e where e.app = a.id)), 0) from apps a)`

const isAhead = (db: Database): string => {
  const time = `(t.at > ${nowUs(db)} + ${toleratedUs} and t.at > ${latestUs})`
  return isSqlite(db) ? time : `(${isXidAhead} or ${time})`
}

/** The event before it in its operation and room is gone, and not by retention, which says how far it went. */
const isAfterGap = (db: Database): string => {
  const position = isSqlite(db) ? 'at, room, number' : 'xid, at, room, number'
  const of = (alias: string) =>
    position
      .split(', ')
      .map((column) => `${alias}.${column}`)
      .join()
  return `t.number > 0 and not t.${isActivity}
    and not exists (select 1 from events p where p.app = t.app and p.at = t.at and p.room = t.room and p.number = t.number - 1)
    and not exists (select 1 from removed_events x where x.app = t.app and (${of('x')}) >= (${of('t')} - 1))`
}

const toNow =
  (table: string, key: string, more = '') =>
  (db: Database, values: Key) =>
    Promise.resolve(
      db.run(
        `update ${table} set xid = ${ownXid(db)}, at = ${nowUs(db)}${more} where app = ?1 ${key}`,
        ...values,
      ),
    )

/** Positions in the log of events, from which readers go on. */
export const eventChecks: Check[] = [
  rowCheck({
    name: 'events.position',
    meaning: {
      en: 'Events of transactions that the database has yet to come to, as in a restored dump: no reader gets them.',
      zh: '事件的事务号超前于数据库（例如由转储恢复）：任何读取方都读不到。',
    },
    table: 'events',
    key: ['app', 'at', 'room', 'number'],
    wrong: (db) => (isSqlite(db) ? 'false' : isXidAhead),
    mend: (db, key) =>
      Promise.resolve(
        db.run(`update events set xid = 0 where app = ?1 and at = ?2 and room = ?3 and number = ?4`, ...key),
      ),
  }),
  rowCheck({
    name: 'events.gap',
    meaning: {
      en: 'Events before which one is missing; readers are told so from then on.',
      zh: '事件之前缺失了事件；修复后会告知读取方此处有缺失。',
    },
    table: 'events',
    key: ['app', 'at', 'room', 'number'],
    wrong: isAfterGap,
    mend: (db, [app = 0, at = 0, room = '', number = 0]) =>
      Promise.resolve(
        db.run(
          `insert into removed_events (app, xid, at, room, number)
           select ?1, ${isSqlite(db) ? '0' : 'xid'}, ?2, ?3, ?4 - 1 from events
           where app = ?1 and at = ?2 and room = ?3 and number = ?4
           on conflict (app) do update set xid = excluded.xid, at = excluded.at, room = excluded.room, number = excluded.number`,
          app,
          at,
          room,
          number,
        ),
      ),
  }),
  rowCheck({
    name: 'events.removed',
    meaning: {
      en: 'Apps whose log is marked as removed beyond its end: readers would miss what happens.',
      zh: '应用的事件日志“已删除位置”超出日志末尾：读取方会漏掉事件。',
    },
    table: 'removed_events',
    key: ['app'],
    wrong: isAhead,
    mend: toNow('removed_events', '', `, room = '', number = -1`),
  }),
  rowCheck({
    name: 'events.callbacks',
    meaning: {
      en: 'Callback rules whose position is beyond the end of the log: they would miss what happens.',
      zh: '回调规则的位置超出事件日志末尾：会漏掉事件。',
    },
    table: 'callback_state',
    key: ['app', 'rule'],
    wrong: isAhead,
    mend: toNow('callback_state', 'and rule = ?2', `, room = '', number = -1, epoch = epoch + 1`),
  }),
  rowCheck({
    name: 'events.recorded',
    meaning: {
      en: 'Chat rooms that are recorded for event streams from a position on that is beyond the end of the log.',
      zh: '为事件流保存消息的起始位置超出事件日志末尾。',
    },
    table: 'recorded_rooms',
    key: ['app', 'room'],
    wrong: isAhead,
    mend: toNow('recorded_rooms', 'and room = ?2'),
  }),
  rowCheck({
    name: 'callbacks.state',
    meaning: {
      en: 'Callback rules without a position: they deliver nothing. They go on with what happens from now on.',
      zh: '回调规则没有投递位置，因而不会投递；修复后从当前时刻开始投递。',
    },
    table: 'callbacks',
    key: ['app', 'id'],
    wrong: `not exists (select 1 from callback_state s where s.app = t.app and s.rule = t.id)`,
    mend: (db, key) =>
      Promise.resolve(
        db.run(
          `insert into callback_state (app, rule, xid, at, room, number, epoch, holder, expires)
           values (?1, ?2, ${ownXid(db)}, ${nowUs(db)}, '', -1, 0, '', 0)`,
          ...key,
        ),
      ),
  }),
]
