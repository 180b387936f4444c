import { append, logColumns, logFields, ofRule, queueColumns, queueFields } from './callback-rows.ts'
import type { Database } from './database.ts'
import { type EventPosition, ownXid } from './event-position.ts'

/** A rule that a process delivers, and how far it is. */
export interface HeldRule extends EventPosition {
  app: number
  rule: string
  /** Counts jumps to another position. */
  epoch: number
  /** Counts changes of the rule. */
  version: number
}

/** A callback that failed, or waits behind one that did. */
export interface QueuedCallback {
  seq: number
  /** What is delivered in order: a room, or a user. */
  room: string
  /** Unix ms of the next attempt; null where another one goes first, or it is dead. */
  due: number | null
  attempts: number
  /** Its `callId`. */
  call: string
  event: string
  /** When it happened, in microseconds since the epoch. */
  at: number
  /** Unix ms of the last failure; 0 where it was not tried. */
  failed: number
  error: string
  body: string
}

/** An attempt to deliver. */
interface LoggedAttempt {
  /** Unix ms. */
  at: number
  room: string
  call: string
  event: string
  /** The position of the event, as text; empty for one that was queued. */
  position: string
  attempt: number
  /** That of the answer; 0 without one. */
  status: number
  error: string
  ms: number
  /** Where it failed: the beginning of the body without its signature, and of the answer. */
  sent: string
  answer: string
}

/** What has become of callbacks since the last time. */
export interface Settled {
  position?: EventPosition | undefined
  queued: Omit<QueuedCallback, 'seq'>[]
  /** Of the queue: delivered. */
  removed: number[]
  /** Of the queue: failed again; without `due` it is dead. */
  failed: Pick<QueuedCallback, 'seq' | 'due' | 'attempts' | 'failed' | 'error'>[]
  log: LoggedAttempt[]
}

export interface CallbackDeliveryReads {
  /** The first of the queue in each room whose time has come, or that was never tried. */
  dueCallbacks(app: number, rule: string, nowMs: number, limit: number): Promise<QueuedCallback[]>
  /** Rooms that have something in the queue. */
  queuedRooms(app: number, rule: string): Promise<string[]>
  deadCallbacks(app: number, rule: string, limit: number, after: number): Promise<QueuedCallback[]>
  /** Attempts, the latest first, before one. */
  attempts(
    app: number,
    rule: string,
    limit: number,
    before: number,
  ): Promise<(LoggedAttempt & { seq: number })[]>
  /** One attempt by its number; undefined where it is not stored any more. */
  attempt(app: number, rule: string, seq: number): Promise<LoggedAttempt | undefined>
}

export interface CallbackDeliveryStore extends CallbackDeliveryReads {
  /** Takes every rule that no other process holds at `now`, or all, until `expiresMs`; returns those that this one has. */
  holdRules(process: string, now: number, expiresMs: number, all: boolean): Promise<HeldRule[]>
  /** Gives up what a process holds. */
  releaseRules(process: string): Promise<void>
  /** Stores what has become of callbacks; false, and nothing is stored, if the rule is not this process's any more. */
  settle(held: HeldRule, process: string, now: number, settled: Settled, keep: number): Promise<boolean>
  /** Lets a rule go on after a position; one without `xid` is found by its time. */
  moveRule(
    app: number,
    rule: string,
    after: Omit<EventPosition, 'xid'> & { xid: number | null },
  ): Promise<void>
  /** Makes what is dead wait again, to be tried at once; returns how many. */
  reviveCallbacks(app: number, rule: string): Promise<number>
  /** Lets what an attempt has sent wait again, behind what waits of its room. `atUs`: when it happened. */
  sendAgain(
    app: number,
    rule: string,
    attempt: Pick<LoggedAttempt, 'room' | 'call' | 'event' | 'sent'>,
    atUs: number,
    nowMs: number,
  ): Promise<void>
  /** Removes failures and attempts of before a time (Unix ms). */
  pruneCallbacks(app: number, beforeMs: number): Promise<void>
}

function reads(db: Database): CallbackDeliveryReads {
  return {
    dueCallbacks: async (app, rule, nowMs, limit) =>
      db.all<QueuedCallback>(
        `select ${queueColumns} from callback_queue q where ${ofRule} and dead = 0 and (due is null or due <= ?3)
           and seq = (select min(seq) from callback_queue f where f.app = ?1 and f.rule = ?2 and f.dead = 0 and f.room = q.room)
         order by seq limit ?4`,
        app,
        rule,
        nowMs,
        limit,
      ),

    queuedRooms: async (app, rule) =>
      (
        await db.all<{ room: string }>(
          `select distinct room from callback_queue where ${ofRule} and dead = 0`,
          app,
          rule,
        )
      ).map(({ room }) => room),

    deadCallbacks: async (app, rule, limit, after) =>
      db.all<QueuedCallback>(
        `select ${queueColumns} from callback_queue where ${ofRule} and dead = 1 and seq > ?4 order by seq limit ?3`,
        app,
        rule,
        limit,
        after,
      ),

    attempts: async (app, rule, limit, before) =>
      db.all<LoggedAttempt & { seq: number }>(
        `select seq, ${logColumns} from callback_log where ${ofRule} and seq < ?4 order by seq desc limit ?3`,
        app,
        rule,
        limit,
        before,
      ),

    attempt: async (app, rule, seq) =>
      db.get<LoggedAttempt>(
        `select ${logColumns} from callback_log where ${ofRule} and seq = ?3`,
        app,
        rule,
        seq,
      ),
  }
}

type SetPosition = (app: number, rule: string, to: EventPosition, isJump: boolean) => Promise<void>

const settling =
  (db: Database, setPosition: SetPosition): CallbackDeliveryStore['settle'] =>
  async ({ app, rule, epoch }, process, now, { position, queued, removed, failed, log }, keep) => {
    const isHeld = await db.run(
      `update callback_state set holder = holder where ${ofRule} and epoch = ?3 and holder = ?4 and expires > ?5`,
      app,
      rule,
      epoch,
      process,
      now,
    )
    if (isHeld === 0) return false
    if (position) await setPosition(app, rule, position, false)
    // No number comes twice: what was removed may be removed again, where a commit was not known to have succeeded.
    await append(db, 'callback_queue', queueFields, [app, rule, queued], { dead: '0' }, now * 1000)
    for (const seq of removed)
      await db.run(`delete from callback_queue where ${ofRule} and seq = ?3`, app, rule, seq)
    for (const each of failed)
      await db.run(
        `update callback_queue set due = ?4, attempts = ?5, failed = ?6, error = ?7, dead = ?8 where ${ofRule} and seq = ?3`,
        app,
        rule,
        each.seq,
        each.due,
        each.attempts,
        each.failed,
        each.error,
        each.due === null ? 1 : 0,
      )
    await append(db, 'callback_log', logFields, [app, rule, log])
    if (log.length > 0)
      await db.run(
        `delete from callback_log where ${ofRule} and seq <= (select max(seq) from callback_log where ${ofRule}) - ?3`,
        app,
        rule,
        keep,
      )
    return true
  }

/** The last event up to a time. */
async function positionAt(db: Database, app: number, at: number): Promise<EventPosition> {
  if (db.dialect === 'sqlite') return { xid: 0, at, room: '', number: -1 }
  const last = await db.get<EventPosition>(
    `select xid, at, room, number from events where app = ?1 and at >= ?2 order by xid, at, room, number limit 1`,
    app,
    at,
  )
  // Just before the first that is later; where there is none, after all that is there.
  if (last) return { ...last, number: last.number - 1 }
  const now = await db.get<{ xid: number }>(`select ${ownXid(db)} as xid`)
  return { xid: now?.xid ?? 0, at, room: '', number: -1 }
}

/** Reads and writes the tables `callback_state`, `callback_queue` and `callback_log`. */
export function callbackDeliveryStore(db: Database): CallbackDeliveryStore {
  const own = reads(db)

  async function setPosition(app: number, rule: string, to: EventPosition, isJump: boolean): Promise<void> {
    await db.run(
      `update callback_state set xid = ?3, at = ?4, room = ?5, number = ?6, epoch = epoch + ?7 where ${ofRule}`,
      app,
      rule,
      to.xid,
      to.at,
      to.room,
      to.number,
      isJump ? 1 : 0,
    )
  }

  /** The rule is read again, with the rooms that wait. */
  const readAgain = (app: number, rule: string): Promise<number> =>
    Promise.resolve(db.run(`update callback_state set epoch = epoch + 1 where ${ofRule}`, app, rule))

  return {
    ...own,

    async holdRules(process, now, expiresMs, all) {
      await db.run(
        `update callback_state set holder = ?1, expires = ?3 where holder = ?1 or expires < ?2 or ?4 = 1`,
        process,
        now,
        expiresMs,
        all ? 1 : 0,
      )
      const held = await db.all<Omit<HeldRule, 'xid'> & { xid: number | null }>(
        `select s.app, s.rule, s.xid, s.at, s.room, s.number, s.epoch, c.version from callback_state s
         join callbacks c on c.app = s.app and c.id = s.rule
         where s.holder = ?1 and c.enabled = 1 and c.stage = 'after' order by s.app, s.rule`,
        process,
      )
      const rules: HeldRule[] = []
      for (const rule of held) {
        // Numbers of transactions are not moved to another database.
        const at = rule.xid ?? (await positionAt(db, rule.app, rule.at + 1))
        const position = typeof at === 'number' ? { xid: at } : at
        if (typeof at !== 'number') await setPosition(rule.app, rule.rule, at, false)
        rules.push({ ...rule, ...position })
      }
      return rules
    },

    async releaseRules(process) {
      await db.run(`update callback_state set holder = '', expires = 0 where holder = ?1`, process)
    },

    settle: settling(db, setPosition),

    async moveRule(app, rule, { xid, ...after }) {
      await setPosition(
        app,
        rule,
        xid === null ? await positionAt(db, app, after.at) : { xid, ...after },
        true,
      )
    },

    async sendAgain(app, rule, { room, call, event, sent: body }, at, nowMs) {
      const waiting = { room, due: 0, attempts: 0, call, event, at, failed: 0, error: '', body }
      await append(db, 'callback_queue', queueFields, [app, rule, [waiting]], { dead: '0' }, nowMs * 1000)
      await readAgain(app, rule)
    },

    async reviveCallbacks(app, rule) {
      await readAgain(app, rule)
      return db.run(
        `update callback_queue set dead = 0, due = 0, attempts = 0 where ${ofRule} and dead = 1`,
        app,
        rule,
      )
    },

    async pruneCallbacks(app, beforeMs) {
      await db.run(`delete from callback_queue where app = ?1 and dead = 1 and failed < ?2`, app, beforeMs)
      await db.run(`delete from callback_log where app = ?1 and at < ?2`, app, beforeMs)
    },
  }
}
