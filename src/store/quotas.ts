import { type Database, forUpdate } from './database.ts'

type QuotaKind = 'rooms' | 'users'

/**
 * How many rooms and users an app may still add, kept only where its settings name a limit. Exact, and on
 * PostgreSQL without a row that everybody waits for: what remains is spread over many slots.
 */
export interface QuotaStore {
  /** Takes one; false when none remains. */
  takeQuota(app: number, kind: QuotaKind): Promise<boolean>
  giveQuota(app: number, kind: QuotaKind): Promise<void>
  /** Sets how many the app may have, those it has included; null = no limit. The unit holds the app. */
  setQuota(app: number, kind: QuotaKind, limit: number | null): Promise<void>
}

/** What `total` leaves in each slot; an overdraft stands in slot 0, where what is given back pays it first. */
const spread = (total: number, slots: number): number[] =>
  Array.from({ length: slots }, (_, slot) => {
    if (total <= 0) return slot === 0 ? total : 0
    return Math.floor(total / slots) + (slot < total % slots ? 1 : 0)
  })

export function quotaStore(db: Database): QuotaStore {
  const sqlite = db.dialect === 'sqlite'
  const slots = sqlite ? 1 : 64
  const ofKind = `app = ?1 and kind = ?2`
  const change = (by: string, where: string): string =>
    `update quotas set remaining = remaining ${by} where ${ofKind} and slot = ${where}`
  /** A slot that nobody else is at. */
  const freeSlot = (condition = ''): string => `(
    select slot from quotas where ${ofKind} ${condition}
    ${sqlite ? 'limit 1' : 'order by random() limit 1 for update skip locked'})`

  return {
    async takeQuota(app, kind) {
      if ((await db.run(change('- 1', freeSlot('and remaining > 0')), app, kind)) === 1) return true
      const left = await db.get(`select 1 from quotas where ${ofKind} and remaining > 0 limit 1`, app, kind)
      if (left === undefined) return false
      // Others are at every slot with something in it: wait for them all, then what remains is certain.
      const all = await db.all<{ slot: number; remaining: number }>(
        `select slot, remaining from quotas where ${ofKind} order by slot ${forUpdate(db)}`,
        app,
        kind,
      )
      const slot = all.find(({ remaining }) => remaining > 0)?.slot
      if (slot === undefined) return false
      await db.run(change('- 1', '?3'), app, kind, slot)
      return true
    },

    async giveQuota(app, kind) {
      if ((await db.run(change('+ 1', '0 and remaining < 0'), app, kind)) === 1) return
      if ((await db.run(change('+ 1', freeSlot()), app, kind)) === 1) return
      await db.run(change('+ 1', '0'), app, kind)
    },

    async setQuota(app, kind, limit) {
      await db.run(`delete from quotas where ${ofKind}`, app, kind)
      if (limit === null) return
      const row = await db.get<{ total: number }>(`select count(*) as total from ${kind} where app = ?1`, app)
      for (const [slot, remaining] of spread(limit - (row?.total ?? 0), slots).entries()) {
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
