import { type Database, forUpdate } from './database.ts'

export type QuotaKind = 'rooms' | 'users'

/** How quotas are used. */
export interface QuotaReads {
  /** What remains of a quota; undefined where there is no limit. Below 0 where the limit was lowered. */
  remaining(app: number, kind: QuotaKind): Promise<number | undefined>
  /** What remains of all quotas of all apps. */
  remainingOfAll(): Promise<{ app: number; kind: QuotaKind; total: number }[]>
  /** How many callback rules and keyword lists apps have. */
  listsOfAll(): Promise<{ app: number; quota: 'callbacks' | 'keywordLists'; used: number }[]>
  /** Quotas of which was warned. */
  warnings(): Promise<{ app: number; quota: string }[]>
  /** How many rooms or users an app has. */
  countAll(app: number, kind: QuotaKind): Promise<number>
}

/**
 * How many rooms and users an app may still add, counted only where its settings name a limit. Exact, and on
 * PostgreSQL without a row that everybody waits for: what remains is spread over many slots.
 */
export interface QuotaStore extends QuotaReads {
  /** Takes `wanted`, or as many as remain; returns how many that were. */
  takeQuota(app: number, kind: QuotaKind, wanted: number): Promise<number>
  giveQuota(app: number, kind: QuotaKind): Promise<void>
  /** Sets how many the app may have, those it has included; null = no limit. The transaction has locked the app. */
  setQuota(app: number, kind: QuotaKind, limit: number | null): Promise<void>
  /** Notes that it is warned of a quota; returns whether it was not yet. */
  warn(app: number, quota: string): Promise<boolean>
  endWarning(app: number, quota: string): Promise<void>
}

/** What `total` leaves in each slot; an overdraft is stored in slot 0, where what is given back pays it first. */
const spread = (total: number, slots: number): number[] =>
  Array.from({ length: slots }, (_, slot) => {
    if (total <= 0) return slot === 0 ? total : 0
    return Math.floor(total / slots) + (slot < total % slots ? 1 : 0)
  })

const ofKind = `app = ?1 and kind = ?2`

/** From one slot that nobody else is at, at best one that has enough. */
const takeFree = `with free as (
    select slot, least(remaining, ?3::integer) as taken from quotas where ${ofKind} and remaining > 0
    order by remaining >= ?3 desc, random() limit 1 for update skip locked)
  update quotas set remaining = remaining - taken from free
  where ${ofKind} and quotas.slot = free.slot returning taken`

const giveFree = `update quotas set remaining = remaining + 1 where ${ofKind} and slot = (
  select slot from quotas where ${ofKind} order by random() limit 1 for update skip locked)`

/** What remains of the quotas of all apps, which are few rows. */
const ofAllApps = (db: Database): Pick<QuotaReads, 'remainingOfAll' | 'listsOfAll' | 'warnings'> => ({
  remainingOfAll: async () =>
    db.all(`select app, kind, sum(remaining) as total from quotas group by app, kind`),

  listsOfAll: async () =>
    db.all(
      `select app, 'callbacks' as quota, count(*) as used from callbacks group by app
         union all select app, 'keywordLists' as quota, count(*) as used from keyword_lists group by app`,
    ),

  warnings: async () => db.all(`select app, quota from quota_warnings`),
})

/** Reads and writes the tables `quotas` and `quota_warnings`. */
export function quotaStore(db: Database): QuotaStore {
  const sqlite = db.dialect === 'sqlite'
  const slots = sqlite ? 1 : 64

  /** From every slot, when nobody else is at any: what remains is certain then. */
  async function takeAny(app: number, kind: QuotaKind, wanted: number): Promise<number> {
    const all = await db.all<{ slot: number; remaining: number }>(
      `select slot, remaining from quotas where ${ofKind} order by slot ${forUpdate(db)}`,
      app,
      kind,
    )
    let taken = 0
    for (const { slot, remaining } of all) {
      const share = Math.min(remaining, wanted - taken)
      if (share <= 0) continue
      await db.run(
        `update quotas set remaining = remaining - ?4 where ${ofKind} and slot = ?3`,
        app,
        kind,
        slot,
        share,
      )
      taken += share
    }
    return taken
  }

  async function countAll(app: number, kind: QuotaKind): Promise<number> {
    const row = await db.get<{ total: number }>(`select count(*) as total from ${kind} where app = ?1`, app)
    return row?.total ?? 0
  }

  return {
    countAll,
    ...ofAllApps(db),

    warn: async (app, quota) =>
      (await db.run(
        `insert into quota_warnings (app, quota) values (?1, ?2) on conflict do nothing`,
        app,
        quota,
      )) === 1,

    async endWarning(app, quota) {
      await db.run(`delete from quota_warnings where app = ?1 and quota = ?2`, app, quota)
    },

    async remaining(app, kind) {
      const row = await db.get<{ slots: number; total: number }>(
        `select count(*) as slots, coalesce(sum(remaining), 0) as total from quotas where ${ofKind}`,
        app,
        kind,
      )
      return row && row.slots > 0 ? row.total : undefined
    },

    async takeQuota(app, kind, wanted) {
      if (sqlite) return takeAny(app, kind, wanted)
      let taken = 0
      while (taken < wanted) {
        const row = await db.get<{ taken: number }>(takeFree, app, kind, wanted - taken)
        if (!row) break
        taken += row.taken
      }
      if (taken === wanted) return taken
      // Nothing is left for certain, or others are at every slot that has something.
      const left = await db.get(`select 1 from quotas where ${ofKind} and remaining > 0 limit 1`, app, kind)
      return left === undefined ? taken : taken + (await takeAny(app, kind, wanted - taken))
    },

    async giveQuota(app, kind) {
      const give = (where: string) =>
        db.run(`update quotas set remaining = remaining + 1 where ${ofKind} and ${where}`, app, kind)
      if ((await give('slot = 0 and remaining < 0')) === 1) return
      if (!sqlite && (await db.run(giveFree, app, kind)) === 1) return
      await give('slot = 0')
    },

    async setQuota(app, kind, limit) {
      await db.run(`delete from quotas where ${ofKind}`, app, kind)
      if (limit === null) return
      for (const [slot, remaining] of spread(limit - (await countAll(app, kind)), slots).entries()) {
        await db.run(
          `insert into quotas (app, kind, slot, remaining) values (?1, ?2, ?3, ?4)`,
          app,
          kind,
          slot,
          remaining,
        )
      }
    },
  }
}
