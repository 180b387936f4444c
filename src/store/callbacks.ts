import type { CallbackRule } from '../domain/callbacks/rule.ts'
import { lockOfApp } from './app-locks.ts'
import type { Database } from './database.ts'
import { ownXid } from './event-position.ts'

export interface CallbackReads {
  /** The rules of an app, the oldest first. */
  callbackRules(app: number): Promise<CallbackRule[]>
  callbackRule(app: number, id: string): Promise<CallbackRule | undefined>
}

export interface CallbackStore extends CallbackReads {
  /** Holds the rules of an app still until the transaction ends. */
  lockCallbacks(app: number): Promise<void>
  /** Adds a rule, which gets events from `atUs` on. */
  addCallback(app: number, rule: CallbackRule, atUs: number): Promise<void>
  changeCallback(app: number, rule: CallbackRule): Promise<void>
  /** Removes a rule with all that waits for it. */
  removeCallback(app: number, id: string): Promise<void>
  /** Lets a rule go on with what happens from `atUs` on. */
  skipToNow(app: number, id: string, atUs: number): Promise<void>
}

interface RuleRow {
  id: string
  name: string
  url: string
  stage: CallbackRule['when']
  events: string
  filter: string
  enabled: number
  secrets: string
  created: number
  version: number
  before: string | null
}

const toRule = ({ stage, events, filter, enabled, secrets, before, ...row }: RuleRow): CallbackRule => ({
  ...row,
  when: stage,
  events: JSON.parse(events),
  filter: JSON.parse(filter),
  enabled: enabled === 1,
  secrets: JSON.parse(secrets),
  ...(before === null ? {} : { before: JSON.parse(before) }),
})

const columns = 'id, name, url, stage, events, filter, enabled, secrets, created, version, before'

const valuesOf = ({
  id,
  name,
  url,
  when,
  events,
  filter,
  enabled,
  secrets,
  created,
  version,
  before,
}: CallbackRule) =>
  [
    id,
    name,
    url,
    when,
    JSON.stringify(events),
    JSON.stringify(filter),
    enabled ? 1 : 0,
    JSON.stringify(secrets),
    created,
    version,
    before === undefined ? null : JSON.stringify(before),
  ] as const

/** Reads and writes the table `callbacks`, and begins and removes what is kept of the delivery of its rules. */
export function callbackStore(db: Database): CallbackStore {
  const xid = ownXid(db)

  return {
    callbackRules: async (app) =>
      (
        await db.all<RuleRow>(`select ${columns} from callbacks where app = ?1 order by created, id`, app)
      ).map(toRule),

    async callbackRule(app, id) {
      const row = await db.get<RuleRow>(
        `select ${columns} from callbacks where app = ?1 and id = ?2`,
        app,
        id,
      )
      return row && toRule(row)
    },

    // Changes of one app's rules wait for each other, so that the ceiling holds.
    lockCallbacks: (app) => lockOfApp(db, 'callbacks', app),

    async addCallback(app, rule, atUs) {
      await db.run(
        `insert into callbacks (app, ${columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`,
        app,
        ...valuesOf(rule),
      )
      await db.run(
        `insert into callback_state (app, rule, xid, at, room, number, epoch, holder, expires)
         values (?1, ?2, ${xid}, ?3, '', -1, 0, '', 0)`,
        app,
        rule.id,
        atUs,
      )
    },

    async changeCallback(app, rule) {
      await db.run(
        `update callbacks set name = ?3, url = ?4, stage = ?5, events = ?6, filter = ?7, enabled = ?8, secrets = ?9,
           created = ?10, version = ?11 + 1, before = ?12 where app = ?1 and id = ?2`,
        app,
        ...valuesOf(rule),
      )
    },

    async removeCallback(app, id) {
      for (const table of ['callback_state', 'callback_queue', 'callback_log'])
        await db.run(`delete from ${table} where app = ?1 and rule = ?2`, app, id)
      await db.run(`delete from callbacks where app = ?1 and id = ?2`, app, id)
    },

    async skipToNow(app, id, atUs) {
      await db.run(
        `update callback_state set xid = ${xid}, at = ?3, room = '', number = -1, epoch = epoch + 1
         where app = ?1 and rule = ?2`,
        app,
        id,
        atUs,
      )
    },
  }
}
