import { removeRowsOf, tablesOfApps } from '../app-removal.ts'
import type { Awaitable, Database } from '../database.ts'
import type { Check, Mended } from './check.ts'

/** Rows that are removed in one transaction. */
const removedRows = 500

/** One app of a table after another, by the index that begins with the app. */
async function nextApp(db: Database, table: string, after: number): Promise<number | undefined> {
  const row = await db.get<{ app: number | null }>(
    `select min(app) as app from ${table} where app > ?1`,
    after,
  )
  return row?.app ?? undefined
}

type IsApp = (db: Database, app: number) => Awaitable<boolean>

/** Rows of apps that are not there, in any table; the app 0 is none. */
export const rowsOfNoApp = (name: string, isApp: IsApp): Check => ({
  name,
  meaning: {
    en: 'Rows of apps that are not there, by table and number of the app.',
    zh: '数据所属的应用不存在（按表和应用编号列出）。',
  },

  async *find(reading) {
    for (const table of await reading(tablesOfApps)) {
      let app: number | undefined = 0
      for (;;) {
        const after: number = app
        app = await reading((db) => nextApp(db, table, after))
        if (app === undefined) break
        const found = app
        if (!(await reading(async (db) => isApp(db, found)))) yield [[table, app]]
      }
    }
  },

  async mend(db, [of = '', app = 0]): Promise<Mended> {
    if (await isApp(db, Number(app))) return 'right'
    const table = String(of)
    if (!(await tablesOfApps(db)).includes(table)) return 'right'
    const removed = await removeRowsOf(db, table, Number(app), removedRows)
    return removed === removedRows ? 'more' : 'mended'
  },
})

/** Rows of apps that the table `apps` does not have. */
export const appCheck = rowsOfNoApp(
  'orphans.apps',
  async (db, app) => (await db.get(`select 1 from apps where id = ?1`, app)) !== undefined,
)
