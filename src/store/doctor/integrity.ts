import type { Check } from './check.ts'

const faults = /(?:missing from index|in index|non-unique entry in index) (\w+)/

/**
 * SQLite's own check of its file, table by table with the indexes of each. An index that does not fit its table is built
 * again; any other damage is beyond mending.
 */
export const integrityOf = (name: string): Check => ({
  name,
  meaning: {
    en: 'Damage of the file, by table. An index is built again; where pages are damaged, restore a backup.',
    zh: '数据库文件损坏（按表列出）。索引可重建；页损坏请从备份恢复。',
  },

  async *find(reading) {
    const isSqlite = await reading(async (db) => db.dialect === 'sqlite')
    if (!isSqlite) return
    const tables = await reading(async (db) =>
      db.all<{ name: string }>(`select name from sqlite_master where type = 'table' order by name`),
    )
    for (const { name } of tables) {
      const rows = await reading(async (db) =>
        db.all<{ integrity_check: string }>(`pragma integrity_check('${name}')`),
      )
      const texts = rows.map((row) => row.integrity_check).filter((text) => text !== 'ok')
      const found = new Map(
        texts.map((text) => {
          const index = faults.exec(text)?.[1] ?? ''
          return [index || text, [name, index, text]]
        }),
      )
      if (found.size > 0) yield [...found.values()]
    }
  },

  async mend(db, [, index]) {
    if (db.dialect !== 'sqlite' || !/^\w+$/.test(String(index))) return 'right'
    await db.run(`reindex ${index}`)
    return 'mended'
  },
})

export const integrityCheck = integrityOf('integrity')
