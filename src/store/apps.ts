import type { AppRecord, AppSecret } from '../domain/app.ts'
import { defaultSettings } from '../domain/app-settings.ts'
import { recordedIn } from '../domain/recorded-rooms.ts'
import { lockOfApp } from './app-locks.ts'
import { removeSomeRows } from './app-removal.ts'
import { type Awaitable, type Database, forUpdate } from './database.ts'

/** An app in a transaction. `clock`: microseconds since the epoch by the store's clock, one for all nodes. */
export type UsedApp = AppRecord & { clock: number }

export interface AppReads {
  listApps(): Awaitable<AppRecord[]>
  /** A text that differs whenever an app was added or changed. */
  appsVersion(): Awaitable<string>
  findApp(org: string, name: string): Awaitable<AppRecord | undefined>
  /** Reads as many rows as there are rooms and users. */
  countApps(): Awaitable<{ id: number; rooms: number; users: number }[]>
}

export interface AppStore extends AppReads {
  /** Finds an app and locks it until the transaction ends; waits for the transactions that share it. */
  lockApp(org: string, name: string): Awaitable<AppRecord | undefined>
  /** Finds an app whose settings stay as they are until the transaction ends; blocks no transaction but those that change them. */
  lockAppShared(id: number): Promise<UsedApp | undefined>
  /** Returns the new app's id. */
  addApp(app: Omit<AppRecord, 'id' | 'callbacks' | 'recorded' | 'previous'>): Promise<number>
  /** Removes rows of an app from all tables, at most `limit`; returns how many. Until the transaction ends nothing is added. */
  removeRows(app: number, limit: number): Promise<number>
  /** Removes an app of which nothing else is left. */
  removeApp(app: number): Awaitable<unknown>
  /** Stores settings. */
  changeApp(app: AppRecord): Promise<void>
  /** Finds an app, and locks its secrets until the transaction ends. */
  lockSecrets(id: number): Awaitable<AppRecord | undefined>
  /** Stores secret, token key and the ones before. */
  changeSecrets(id: number, secrets: AppSecret & Pick<AppRecord, 'previous'>): Promise<void>
  /** Stores what the callback rules of an app need. */
  setCallbackNeeds(app: number, needs: number): Promise<void>
}

interface AppRow {
  id: number
  org: string
  name: string
  uuid: string
  client_id: string
  secret_salt: string
  secret_hash: string
  secret: string | null
  token_key: string
  previous: string | null
  settings: string
  callbacks: number
  recorded: string | null
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
  secret: row.secret,
  tokenKey: row.token_key,
  previous: row.previous === null ? null : JSON.parse(row.previous),
  settings: { ...defaultSettings, ...JSON.parse(row.settings) },
  callbacks: row.callbacks,
  recorded: recordedIn(row.recorded),
  createdMs: row.created,
})

async function changeSecrets(
  db: Database,
  id: number,
  { secretSalt, secretHash, tokenKey, secret, previous }: AppSecret & Pick<AppRecord, 'previous'>,
): Promise<void> {
  await db.run(
    `update apps set secret_salt = ?2, secret_hash = ?3, token_key = ?4, secret = ?5, version = version + 1 where id = ?1`,
    id,
    secretSalt,
    secretHash,
    tokenKey,
    secret,
  )
  await db.run(`delete from previous_secrets where app = ?1`, id)
  if (!previous) return
  await db.run(`insert into previous_secrets (app, previous) values (?1, ?2)`, id, JSON.stringify(previous))
}

/** By name: a later version may add columns while this one serves. */
const columns = `apps.id, org, name, uuid, client_id, secret_salt, secret_hash, secret, token_key, previous, settings,
  callbacks, recorded, created`
const stored = 'apps left join previous_secrets p on p.app = apps.id'

/** Reads and writes the tables `apps` and `previous_secrets`. */
export function appStore(db: Database): AppStore {
  const byKey = `select ${columns} from ${stored} where org = ?1 and name = ?2`
  return {
    async listApps() {
      return (await db.all<AppRow>(`select ${columns} from ${stored} order by apps.id`)).map(toApp)
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

    countApps: () =>
      db.all(
        `select id, (select count(*) from rooms where app = apps.id) as rooms,
           (select count(*) from users where app = apps.id) as users from apps`,
      ),

    async lockApp(org, name) {
      const app = await this.findApp(org, name)
      if (!app || db.dialect === 'sqlite') return app
      await lockOfApp(db, 'settings', app.id)
      return this.findApp(org, name)
    },

    async lockAppShared(id) {
      // Sent together; the second sees what was committed until the lock was had.
      if (db.dialect === 'sqlite') {
        const row = await db.get<AppRow>(`select ${columns} from ${stored} where apps.id = ?1`, id)
        return row && { ...toApp(row), clock: Date.now() * 1000 }
      }
      const [, row] = await Promise.all([
        lockOfApp(db, 'settings', id, 'shared'),
        db.get<AppRow & { clock: number }>(
          `select ${columns}, (extract(epoch from clock_timestamp()) * 1000000)::bigint as clock from ${stored} where apps.id = ?1`,
          id,
        ),
      ])
      return row && { ...toApp(row), clock: row.clock }
    },

    async addApp(app) {
      const row = await db.get<{ id: number }>(
        `insert into apps (org, name, uuid, client_id, secret_salt, secret_hash, token_key, settings, created, secret)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) returning id`,
        app.org,
        app.name,
        app.uuid,
        app.clientId,
        app.secretSalt,
        app.secretHash,
        app.tokenKey,
        JSON.stringify(app.settings),
        app.createdMs,
        app.secret,
      )
      if (!row) throw new Error('the new app was not stored')
      return row.id
    },

    async removeRows(app, limit) {
      await lockOfApp(db, 'settings', app)
      return removeSomeRows(db, app, limit)
    },
    removeApp: (app) => db.run(`delete from apps where id = ?1`, app),

    async changeApp(app) {
      const sql = `update apps set settings = ?2, version = version + 1 where id = ?1`
      await db.run(sql, app.id, JSON.stringify(app.settings))
    },

    async lockSecrets(id) {
      const sql = `select ${columns} from ${stored} where apps.id = ?1 ${forUpdate(db, 'apps')}`
      const row = await db.get<AppRow>(sql, id)
      return row && toApp(row)
    },

    changeSecrets: (id, secrets) => changeSecrets(db, id, secrets),

    async setCallbackNeeds(app, needs) {
      await db.run(`update apps set callbacks = ?2, version = version + 1 where id = ?1`, app, needs)
    },
  }
}
