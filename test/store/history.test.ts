import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedHistory } from '../../src/engine/history-writer.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { aDatabase } from '../support/database.ts'
import { historyContract } from './history-contract.ts'

historyContract('SQLite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const history = openEmbeddedHistory(dir)
  return {
    history,
    async close() {
      await history.close()
      rmSync(dir, { recursive: true })
    },
  }
})

if (process.env.TEST_DATABASE_URL) {
  historyContract('PostgreSQL', async () => {
    const database = await aDatabase()
    if (!database) throw new Error('there is no database')
    const postgres = await openPostgres({ url: database.url, pool: 4, timeoutMs: 10_000 })
    return {
      history: postgres.history,
      async close() {
        await postgres.close()
        await database.remove()
      },
    }
  })
} else {
  console.log(
    'The history contract ran on SQLite alone: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.',
  )
}
