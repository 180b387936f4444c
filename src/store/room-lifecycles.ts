import type { Life, OwnLifecycle } from '../domain/lifecycle.ts'
import type { Database } from './database.ts'
import { lifecycleIn } from './room-rows.ts'

/** A room, and what its life depends on. */
export interface RoomLife extends Life {
  app: number
  id: string
  name: string
  owner: string
  memberCount: number
}

/** A place among rooms by the time at which they were active last, or emptied. */
export interface LifePosition {
  atMs: number
  id: string
}

/** Times by the store's steady clock, in Unix ms. */
export interface LifecycleReads {
  life(app: number, id: string): Promise<RoomLife | undefined>
  /** Rooms of all apps that are to be looked at by `untilMs`, the first of them first. */
  dueLives(untilMs: number, limit: number, after?: LifePosition & { app: number }): Promise<RoomLife[]>
  /** The same of one app. */
  dueLivesOf(app: number, untilMs: number, limit: number): Promise<RoomLife[]>
  /** Rooms that were not active since `untilMs`, those longest idle first. */
  idleLives(app: number, untilMs: number, limit: number, after?: LifePosition): Promise<RoomLife[]>
  /** Rooms in which nobody but the owner has been since `untilMs`, those longest empty first. */
  emptyLives(app: number, untilMs: number, limit: number, after?: LifePosition): Promise<RoomLife[]>
  /** Rooms that set their lives themselves, by their ids. */
  ownLives(app: number, limit: number, after?: string): Promise<RoomLife[]>
  /** When a node was last lost, or all of them were down. */
  interruptedMs(): Promise<number>
}

export interface LifecycleStore extends LifecycleReads {
  /** Stores what a room sets of its life itself, and when to look at it. */
  setLifecycle(app: number, id: string, lifecycle: OwnLifecycle | null, dueMs: number | null): Promise<void>
  /** Stores when to look at a room next, and of which end its members were warned. */
  setDue(app: number, id: string, dueMs: number | null, warnedMs: number | null): Promise<void>
  /** Stores since when a room is empty; one that sets its life itself is looked at. */
  setEmptied(app: number, id: string, emptiedMs: number | null): Promise<void>
  /** Stores that activity may have been lost, or that nobody could be active. */
  interrupt(nowMs: number): Promise<void>
  /** Makes the job a process's until `expiresMs`; false when it is another one's, unless `alone`. */
  holdJob(process: string, nowMs: number, expiresMs: number, alone: boolean): Promise<boolean>
  releaseJob(process: string): Promise<void>
}

interface LifeRow {
  app: number
  id: string
  name: string
  owner: string
  member_count: number
  created: number
  lifecycle: string | null
  active: number
  emptied: number | null
  due: number | null
  warned: number | null
}

const columns = 'app, id, name, owner, member_count, created, lifecycle, active, emptied, due, warned'

const toLife = (row: LifeRow): RoomLife => ({
  app: row.app,
  id: row.id,
  name: row.name,
  owner: row.owner,
  memberCount: row.member_count,
  createdMs: Math.floor(row.created / 1000),
  lifecycle: lifecycleIn(row.lifecycle),
  activeMs: Math.floor(row.active / 1000),
  emptiedMs: row.emptied,
  dueMs: row.due,
  warnedMs: row.warned,
})

function reads(db: Database): LifecycleReads {
  const lives = async (sql: string, ...params: (string | number)[]): Promise<RoomLife[]> =>
    (await db.all<LifeRow>(`select ${columns} from rooms where ${sql}`, ...params)).map(toLife)
  const from = { atMs: -1, id: '' }

  return {
    async life(app, id) {
      const [life] = await lives('app = ?1 and id = ?2', app, id)
      return life
    },

    dueLives: (untilMs, limit, after = { app: 0, ...from }) =>
      lives(
        'due <= ?1 and (due, app, id) > (?2, ?3, ?4) order by due, app, id limit ?5',
        untilMs,
        after.atMs,
        after.app,
        after.id,
        limit,
      ),

    dueLivesOf: (app, untilMs, limit) =>
      lives('app = ?1 and due <= ?2 order by due limit ?3', app, untilMs, limit),

    idleLives: (app, untilMs, limit, after = from) =>
      lives(
        'app = ?1 and active <= ?2 and (active, id) > (?3, ?4) order by active, id limit ?5',
        app,
        Math.min(untilMs * 1000, Number.MAX_SAFE_INTEGER),
        after.atMs * 1000,
        after.id,
        limit,
      ),

    emptyLives: (app, untilMs, limit, after = from) =>
      lives(
        'app = ?1 and emptied is not null and emptied <= ?2 and (emptied, id) > (?3, ?4) order by emptied, id limit ?5',
        app,
        untilMs,
        after.atMs,
        after.id,
        limit,
      ),

    ownLives: (app, limit, after = '') =>
      lives('app = ?1 and lifecycle is not null and id > ?2 order by id limit ?3', app, after, limit),

    async interruptedMs() {
      const row = await db.get<{ interrupted: number }>(`select interrupted from lifecycle_job`)
      return row?.interrupted ?? 0
    },
  }
}

/** Reads and writes the lives of rooms in the table `rooms`, and the lease in `lifecycle_job`. */
export function lifecycleStore(db: Database): LifecycleStore {
  return {
    ...reads(db),

    async setLifecycle(app, id, lifecycle, dueMs) {
      await db.run(
        `update rooms set lifecycle = ?3, due = ?4, warned = null where app = ?1 and id = ?2`,
        app,
        id,
        lifecycle && JSON.stringify(lifecycle),
        dueMs,
      )
    },

    async setDue(app, id, dueMs, warnedMs) {
      await db.run(
        `update rooms set due = ?3, warned = ?4 where app = ?1 and id = ?2`,
        app,
        id,
        dueMs,
        warnedMs,
      )
    },

    async setEmptied(app, id, emptiedMs) {
      await db.run(
        `update rooms set emptied = ?3, due = case when lifecycle is null then due else coalesce(?3, due) end
         where app = ?1 and id = ?2`,
        app,
        id,
        emptiedMs,
      )
    },

    async interrupt(nowMs) {
      await db.run(`update lifecycle_job set interrupted = ?1 where interrupted < ?1`, nowMs)
    },

    async holdJob(process, nowMs, expiresMs, alone) {
      const changed = await db.run(
        `update lifecycle_job set holder = ?1, expires = ?3 where holder = ?1 or expires < ?2 or ?4 = 1`,
        process,
        nowMs,
        expiresMs,
        alone ? 1 : 0,
      )
      return changed === 1
    },

    async releaseJob(process) {
      await db.run(`update lifecycle_job set holder = '', expires = 0 where holder = ?1`, process)
    },
  }
}
