import { type AppRecord, defaultSettings } from '../apps/app.ts'
import { type Awaitable, type Database, forUpdate } from './database.ts'

export interface AppStore {
  listApps(): Awaitable<AppRecord[]>
  /** A text that differs whenever an app was added or changed. */
  appsVersion(): Awaitable<string>
  findApp(org: string, name: string): Awaitable<AppRecord | undefined>
  /** Finds an app and holds it still until the unit ends. */
  holdApp(org: string, name: string): Awaitable<AppRecord | undefined>
  findAppById(id: number): Awaitable<AppRecord | undefined>
  /** Answers the new app's id. */
  addApp(app: Omit<AppRecord, 'id'>): Promise<number>
  /** Keeps secret, token key and settings. */
  changeApp(app: AppRecord): Promise<void>
}

interface AppRow {
  id: number
  org: string
  name: string
  uuid: string
  client_id: string
  secret_salt: string
  secret_hash: string
  token_key: string
  settings: string
  created: number
}

const toApp = (row: AppRow): AppRecord => ({
  id: row.id,
  org: row.org,
  name: row.name,
  uuid: row.uuid,
  clientId: row.client_id,
  secretSalt: row.secret_salt,
  secretHash: row.secret_hash,
  tokenKey: row.token_key,
  settings: { ...defaultSettings, ...JSON.parse(row.settings) },
  created: row.created,
})

export function appStore(db: Database): AppStore {
  const byKey = `select * from apps where org = ?1 and name = ?2`
  return {
    async listApps() {
      return (await db.all<AppRow>(`select * from apps order by id`)).map(toApp)
    },

    async appsVersion() {
      const row = await db.get<{ apps: number; changes: number }>(
        `select count(*) as apps, coalesce(sum(version), 0) as changes from apps`,
      )
      return `${row?.apps} ${row?.changes}`
    },

    async findApp(org, name) {
      const row = await db.get<AppRow>(byKey, org, name)
      return row && toApp(row)
    },

    async holdApp(org, name) {
      const row = await db.get<AppRow>(`${byKey} ${forUpdate(db)}`, org, name)
      return row && toApp(row)
    },

    async findAppById(id) {
      const row = await db.get<AppRow>(`select * from apps where id = ?1`, id)
      return row && toApp(row)
    },

    async addApp(app) {
      const row = await db.get<{ id: number }>(
        `insert into apps (org, name, uuid, client_id, secret_salt, secret_hash, token_key, settings, created)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) returning id`,
        app.org,
        app.name,
        app.uuid,
        app.clientId,
        app.secretSalt,
        app.secretHash,
        app.tokenKey,
        JSON.stringify(app.settings),
        app.created,
      )
      if (!row) throw new Error('the new app was not kept')
      return row.id
    },

    async changeApp(app) {
      await db.run(
        `update apps set secret_salt = ?2, secret_hash = ?3, token_key = ?4, settings = ?5, version = version + 1
         where id = ?1`,
        app.id,
        app.secretSalt,
        app.secretHash,
        app.tokenKey,
        JSON.stringify(app.settings),
      )
    },
  }
}
