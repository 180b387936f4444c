import { rowsOfNoApp } from './apps.ts'
import type { Check } from './check.ts'
import { integrityOf } from './integrity.ts'

const daysWithoutIndex = `select d.name from sqlite_master d where d.type = 'table' and d.name glob 'history_d[0-9]*'
  and not exists (select 1 from sqlite_master i where i.type = 'index' and i.name = d.name || '_by_room')`

/** Checks of the file of messages, which is apart from the store; `isApp` looks there. */
export const historyChecks = (isApp: (app: number) => Promise<boolean>): Check[] => [
  integrityOf('history.integrity'),
  {
    name: 'history.indexes',
    meaning: { en: 'Days of the history without their index.', zh: '历史消息中缺少索引的日期表。' },

    async *find(reading) {
      const days = await reading(async (db) => db.all<{ name: string }>(daysWithoutIndex))
      if (days.length > 0) yield days.map(({ name }) => [name])
    },

    async mend(db, [name]) {
      if (!/^history_d\d+$/.test(String(name))) return 'right'
      await db.run(`create index if not exists ${name}_by_room on ${name} (app, room)`)
      return 'mended'
    },
  },
  rowsOfNoApp('history.apps', (_, app) => isApp(app)),
]
