import type { AppRecord } from '../../domain/app.ts'
import { appStore } from '../apps.ts'
import type { Database } from '../database.ts'
import { quotaStore } from '../quotas.ts'
import type { Check } from './check.ts'

const kinds = ['rooms', 'users'] as const
type Kind = (typeof kinds)[number]

/** Whether what is left of a quota, and what is taken, make the limit. */
async function isRight(db: Database, { id, settings }: AppRecord, kind: Kind): Promise<boolean> {
  const limit = settings[kind]
  const left = await db.get<{ slots: number; total: number }>(
    `select count(*) as slots, coalesce(sum(remaining), 0) as total from quotas where app = ?1 and kind = ?2`,
    id,
    kind,
  )
  if (limit === null) return left?.slots === 0
  const used = await db.get<{ total: number }>(`select count(*) as total from ${kind} where app = ?1`, id)
  return left !== undefined && left.slots > 0 && left.total + (used?.total ?? 0) === limit
}

/** Counters of quotas, against what they count. */
export const quotaCheck: Check = {
  name: 'quotas',
  meaning: {
    en: 'Apps whose counters of chat rooms or users do not fit what there is.',
    zh: '应用的聊天室或用户配额计数与实际不一致。',
  },

  async *find(reading) {
    for (const app of await reading(async (db) => appStore(db).listApps()))
      for (const kind of kinds) {
        const right = await reading(async (db) => {
          // Its settings as they are at this moment.
          const now = await appStore(db).findApp(app.org, app.name)
          return now === undefined || (await isRight(db, now, kind))
        })
        if (!right) yield [[app.org, app.name, kind]]
      }
  },

  async mend(db, [org, name, kind]) {
    const app = await appStore(db).lockApp(String(org), String(name))
    if (!app || (await isRight(db, app, kind as Kind))) return 'right'
    await quotaStore(db).setQuota(app.id, kind as Kind, app.settings[kind as Kind])
    return 'mended'
  },
}
