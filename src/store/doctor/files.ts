import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../domain/limits.ts'
import { type Check, rowCheck } from './check.ts'

const rows = rowCheck({
  name: 'files',
  meaning: {
    en: 'Shared files whose bytes are not there.',
    zh: '共享文件的内容已不存在。',
  },
  table: 'room_files',
  key: ['app', 'created', 'id', 'room'],
  wrong: 'true',
})

/** Rows of shared files that are not too old to be read, and whose attachments are missing. */
export const fileCheck: Check = {
  ...rows,

  async *find(reading, filesDir) {
    // Nodes on PostgreSQL need not all have the files.
    if ((await reading(async (db) => db.dialect === 'postgres')) && !existsSync(filesDir)) return
    for await (const page of rows.find(reading, filesDir)) {
      const since = Date.now() - limits.fileTime.value
      const missing = page.filter(
        ([app, created, id]) => Number(created) > since && !existsSync(join(filesDir, `${app}`, `${id}`)),
      )
      const found = []
      for (const key of missing) {
        // Whoever removes a file removes its row, too, a moment before or after.
        const sql = `select 1 from room_files where app = ?1 and created = ?2 and id = ?3 and room = ?4`
        if (await reading(async (db) => db.get(sql, ...key))) found.push(key)
      }
      if (found.length > 0) yield found
    }
  },
}
