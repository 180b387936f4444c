import { join } from 'node:path'
import type { Config } from '../../config.ts'
import type { Movable } from '../../store/database.ts'
import type { Check, Key } from '../../store/doctor/check.ts'
import { checks } from '../../store/doctor/doctor.ts'
import { historyChecks } from '../../store/doctor/history.ts'
import { buildIndex, postgresVersion } from '../../store/doctor/postgres.ts'
import { openHistoryDatabase } from '../../store/history/sqlite-history-file.ts'
import { schemaVersion } from '../../store/migrate.ts'
import { openPostgresDatabase } from '../../store/postgres.ts'
import { openSqliteDatabase } from '../../store/sqlite.ts'
import { versionOf } from '../../store/sqlite-file.ts'
import type { Admin } from '../admin.ts'

/** What one check has found. */
export interface Result {
  check: string
  meaning: { en: string; zh: string }
  found: number
  /** How many of them are mended. */
  mended: number
  /** The first of them. */
  examples: Key[]
}

const mostExamples = 10

/** Findings that are mended in one transaction: few enough that no write waits for it. */
const mendedTogether = 50

/** Mends findings, each if it still is one. */
type Mend = (keys: Key[]) => Promise<void>

/** What is looked at. */
interface Place {
  store: Movable
  filesDir: string
}

async function runCheck(check: Check, { store, filesDir }: Place, mend: Mend | undefined): Promise<Result> {
  const { name, meaning } = check
  const result: Result = { check: name, meaning, found: 0, mended: 0, examples: [] }
  for await (const keys of check.find((work) => store.snapshot(work), filesDir)) {
    result.found += keys.length
    result.examples.push(...keys.slice(0, mostExamples - result.examples.length))
    if (!mend || !check.mend) continue
    for (let start = 0; start < keys.length; start += mendedTogether) {
      const some = keys.slice(start, start + mendedTogether)
      await mend(some)
      result.mended += some.length
    }
  }
  return result
}

/** Mends in the server, or in the store where none runs; on PostgreSQL an index is built beside the writes. */
const through =
  (admin: Admin, config: Config, { name }: Check): Mend =>
  async (keys) => {
    if (name === 'indexes' && config.database_url !== '') {
      for (const [index] of keys) await buildIndex(config.database_url, String(index))
      return
    }
    let left = keys
    while (left.length > 0) left = await admin.mendFindings(name, left)
  }

/** Mends in the file of messages, where any process may write. */
const inHistory =
  (history: Movable, check: Check): Mend =>
  async (keys) => {
    for (const key of keys)
      while ((await history.transaction(async (db) => check.mend?.(db, key))) === 'more');
  }

const openStore = async (config: Config): Promise<Movable> =>
  config.database_url === ''
    ? openSqliteDatabase(config.data_dir, 'reader')
    : openPostgresDatabase({ url: config.database_url, pool: 2, timeoutMs: config.database_timeout })

async function checkSchema(config: Config): Promise<Result> {
  const version =
    config.database_url === '' ? versionOf(config.data_dir) : await postgresVersion(config.database_url)
  const isRight = version === schemaVersion
  return {
    check: 'schema',
    meaning: {
      en: `The schema has not the version ${schemaVersion} of this chatroomd: nothing else is checked. Start this version on it once, or use the newer one.`,
      zh: `数据结构版本不是当前 chatroomd 的 ${schemaVersion}，其余检查均跳过：请用本版本启动一次服务，或改用较新的版本。`,
    },
    found: isRight ? 0 : 1,
    mended: 0,
    examples: isRight ? [] : [[version]],
  }
}

async function examineHistory(dir: string, place: Place, repair: boolean): Promise<Result[]> {
  const history = openHistoryDatabase(dir)
  if (!history) return []
  const isApp = (app: number) =>
    place.store.snapshot(async (db) => (await db.get(`select 1 from apps where id = ?1`, app)) !== undefined)
  const results: Result[] = []
  try {
    for (const check of historyChecks(isApp))
      results.push(
        await runCheck(check, { ...place, store: history }, repair ? inHistory(history, check) : undefined),
      )
  } finally {
    await history.close()
  }
  return results
}

/** Runs every check, page by page beside a server that serves the store; with `admin` mends what can be. */
export async function examine(config: Config, admin?: Admin): Promise<Result[]> {
  const schema = await checkSchema(config)
  if (schema.found > 0) return [schema]
  const store = await openStore(config)
  const place: Place = { store, filesDir: join(config.data_dir, 'files') }
  try {
    const results = [schema]
    for (const check of checks)
      results.push(await runCheck(check, place, admin && through(admin, config, check)))
    if (config.database_url === '')
      results.push(...(await examineHistory(config.data_dir, place, admin !== undefined)))
    return results
  } finally {
    await store.close()
  }
}
