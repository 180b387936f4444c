import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSqliteReader, openSqliteWriter } from '../../src/store/sqlite.ts'
import { aDatabase } from '../support/database.ts'
import { type OpenStore, storeContract } from './contract.ts'

/** One transaction after the other, as the writer thread runs them. */
async function openEmbedded(): Promise<OpenStore> {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const writer = await openSqliteWriter(dir)
  const reader = openSqliteReader(dir)
  let last: Promise<unknown> = Promise.resolve()
  return {
    store: reader.store,
    transaction: (work) => {
      const mine = last.then(() => writer.transaction(() => work(writer.store)))
      last = mine.catch(() => undefined)
      return mine
    },
    async close() {
      reader.close()
      writer.close()
      rmSync(dir, { recursive: true })
    },
  }
}

storeContract('SQLite', openEmbedded)

if (process.env.TEST_DATABASE_URL) {
  storeContract('PostgreSQL', async () => {
    const database = await aDatabase()
    if (!database) throw new Error('there is no database')
    const postgres = await openPostgres({ url: database.url, pool: 20, timeoutMs: 10_000 })
    return {
      store: postgres.store,
      transaction: postgres.transaction,
      async close() {
        await postgres.close()
        await database.remove()
      },
    }
  })
} else {
  console.log('The store contract ran on SQLite alone: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
}
