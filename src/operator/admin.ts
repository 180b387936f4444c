import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { hashPassword } from '../auth/passwords.ts'
import { issueToken } from '../auth/tokens.ts'
import type { Config } from '../config.ts'
import { type AppRecord, agoraAppId, appKey, parseAppKey, secretsOf } from '../domain/app.ts'
import type { AppSettings } from '../domain/app-settings.ts'
import { Failure } from '../domain/failure.ts'
import { checkPassword, checkUsername, type User } from '../domain/user.ts'
import { openEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine-types.ts'
import { endPreviousSecret, type NewSecret, rotateSecret } from '../operations/apps/app-secrets.ts'
import { changeApp } from '../operations/apps/change-app.ts'
import { createApp, type NewApp } from '../operations/apps/create-app.ts'
import { type Credentials, newSecret } from '../operations/apps/credentials.ts'
import { closeApp, deleteApp } from '../operations/apps/delete-app.ts'
import { mendFindings, recordDoctorRun } from '../operations/doctor/mend-findings.ts'
import { registerUsers } from '../operations/users/register-users.ts'
import type { Key } from '../store/doctor/check.ts'
import type { DoctorRun } from '../store/doctor/doctor.ts'
import type { OperatorCommand } from '../store/operator-commands.ts'
import { hasStore } from '../store/postgres.ts'
import { type OperatorAdmin, operatorAdmin } from './operator-admin.ts'
import { actorHere, recordedAdmin, recordingCommands } from './recorded-admin.ts'
import type { Top } from './top-figures.ts'

/** An app without its secrets; `appId` is that of Agora's forms. */
interface ShownApp {
  key: string
  clientId: string
  appId: string
  settings: AppSettings
  /** Until when its previous secret is good (Unix ms); null without one. */
  previousSecretUntil: number | null
}

/** What an operator can do from the command line; `key` is `org#app`. */
export interface Admin extends OperatorAdmin {
  createApp(app: NewApp): Promise<Credentials>
  listApps(): Promise<ShownApp[]>
  showApp(key: string): Promise<ShownApp>
  changeApp(key: string, change: Partial<AppSettings>): Promise<AppSettings>
  /** Ends all tokens and sessions of an app, which is deleted next; returns its number. */
  closeApp(key: string): Promise<number>
  /** Deletes some of a closed app; returns whether nothing is left. */
  deleteApp(key: string, app: number): Promise<boolean>
  /** What the running server does now, watched for some ms. */
  top(ms: number): Promise<Top>
  /** Gives an app a new client secret; the previous one stays valid for `overlapMs`. */
  rotateSecret(key: string, overlapMs?: number): Promise<NewSecret>
  /** Ends the previous secret of an app. */
  dropSecret(key: string): Promise<void>
  /** Registers a user; without a password it can log in through `inherit` only. */
  createUser(key: string, username: string, password?: string): Promise<string>
  listUsers(key: string): Promise<string[]>
  /** Where the server is reached from this machine; none where no server runs. */
  url(): Promise<string | null>
  /** Mends what a check of `chatroomd doctor` found; returns that of which there is more to do. */
  mendFindings(check: string, keys: Key[]): Promise<Key[]>
  /** Commands that changed something, the latest first. */
  listCommands(most: number): Promise<OperatorCommand[]>
  /** Stores what `chatroomd doctor` found, for the metrics. */
  recordDoctorRun(run: DoctorRun): Promise<void>
  /** Issues an app token for `ttlSeconds`; 0 = for ever. With `isOfCommand`, a command calls the API with it, and it is not recorded. */
  issueToken(key: string, ttlSeconds: number, isOfCommand?: boolean): Promise<string>
}

const operator = { kind: 'app' } as const

const shownApp = (app: AppRecord): ShownApp => ({
  key: appKey(app),
  clientId: app.clientId,
  appId: agoraAppId(app),
  settings: app.settings,
  previousSecretUntil: secretsOf(app, Date.now()).length > 1 ? (app.previous?.untilMs ?? null) : null,
})

export function adminOn({ store, commit }: Engine, url: () => string | null = () => null): Admin {
  const findApp = async (key: string) => {
    const { org, name } = parseAppKey(key)
    const app = await store.apps.findApp(org, name)
    if (!app)
      throw new Failure(
        'illegal_argument',
        `there is no app ${key}; "chatroomd app list" shows those there are`,
      )
    return app
  }
  return {
    createApp: (app) => commit(0, operator, createApp, app),
    listApps: async () => (await store.apps.listApps()).map(shownApp),
    showApp: async (key) => shownApp(await findApp(key)),
    changeApp: (key, change) => commit(0, operator, changeApp, { key, change }),
    async rotateSecret(key, overlapMs = 0) {
      const { id } = await findApp(key)
      return commit(id, operator, rotateSecret, { overlapMs, secret: newSecret() })
    },

    async dropSecret(key) {
      const { id } = await findApp(key)
      await commit(id, operator, endPreviousSecret, {})
    },

    closeApp: (key) => commit(0, operator, closeApp, { key }),
    deleteApp: async (key, app) => {
      if ((await findApp(key)).id !== app) throw new Error(`${key} is another app`)
      return commit(0, operator, deleteApp, { app })
    },
    top: () => Promise.reject(new Failure('illegal_argument', 'no server runs here')),

    async createUser(key, given, password) {
      const app = await findApp(key)
      const username = checkUsername(given)
      const passwordHash = password === undefined ? null : await hashPassword(checkPassword(password))
      const { taken } = await commit(app.id, operator, registerUsers, {
        users: [{ username, passwordHash, nickname: null }],
      })
      if (taken.length > 0)
        throw new Failure('illegal_argument', `the user ${username} exists already in ${key}`)
      return username
    },

    async listUsers(key) {
      const app = await findApp(key)
      const all: User[] = []
      for (;;) {
        const users = await store.users.listUsers(app.id, 1000, all.at(-1))
        all.push(...users)
        if (users.length < 1000) return all.map(({ username }) => username)
      }
    },

    ...operatorAdmin({ store, commit }),
    url: async () => url(),
    listCommands: async (most) => store.operatorCommands.latest(most),

    mendFindings: (check, keys) => commit(0, operator, mendFindings, { check, keys }),
    recordDoctorRun: (run) => commit(0, operator, recordDoctorRun, run),
    issueToken: async (key, ttl) => issueToken(await findApp(key), operator, ttl, Date.now()),
  }
}

const socketOf = (config: Pick<Config, 'data_dir'>): string => join(config.data_dir, 'admin.sock')

/** The socket of one of the nodes that share a PostgreSQL database, and may share the data directory. */
const socketOfNode = ({ data_dir, port }: Pick<Config, 'data_dir' | 'port'>): string =>
  join(data_dir, `node-${Bun.hash(`${hostname()}:${port}`).toString(36)}.sock`)

/**
 * Lets the command line reach a running server: a socket in the data directory that only its owner can use. An embedded
 * store may be opened by no second process; of a node on PostgreSQL there is what it does now.
 */
export async function startAdmin(
  admin: Admin,
  { kind, commit }: Pick<Engine, 'kind' | 'commit'>,
  config: Config,
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  const isAlone = kind === 'sqlite'
  // Who takes any free port could not be found by it.
  if (!isAlone && config.port === 0) return { stop: async () => {} }
  const path = isAlone ? socketOf(config) : socketOfNode(config)
  mkdirSync(config.data_dir, { recursive: true })
  rmSync(path, { force: true })
  const record = recordingCommands(commit, {
    done: (command) => log.info(command, 'a command of an operator'),
    notRecorded: (error) => log.error({ err: error }, 'a command of an operator is not recorded'),
  })
  const server = Bun.serve({
    unix: path,
    async fetch(request) {
      const { call, args, by = '' } = (await request.json()) as Sent
      try {
        const run = admin[call] as (...args: unknown[]) => Promise<unknown>
        // JSON has no undefined: an argument that was left out arrives as null.
        const result = await run(...args.map((arg) => arg ?? undefined))
        await record(call, args, by)
        return Response.json({ result })
      } catch (error) {
        if (!(error instanceof Failure)) log.error({ err: error, call }, 'a command failed')
        return Response.json({ failure: error instanceof Error ? error.message : String(error) })
      }
    },
  })
  chmodSync(path, 0o600)
  return {
    async stop() {
      await server.stop(true)
      rmSync(path, { force: true })
    },
  }
}

/** What a command sends; those of earlier versions do not say whose they are. */
interface Sent {
  call: keyof Admin
  args: unknown[]
  by?: string
}

export function remoteAdmin(path: string): Admin {
  const call = async (name: string, args: unknown[]) => {
    const response = await fetch('http://chatroomd/', {
      unix: path,
      method: 'POST',
      body: JSON.stringify({ call: name, args, by: actorHere() }),
    })
    const { result, failure } = (await response.json()) as { result?: unknown; failure?: string }
    if (failure !== undefined) throw new Failure('illegal_argument', failure)
    return result
  }
  return new Proxy({} as Admin, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        call(String(name), args),
  })
}

const listens = (path: string): Promise<boolean> =>
  fetch('http://chatroomd/', { unix: path, method: 'POST', body: '{"call":"listApps","args":[]}' }).then(
    () => true,
    () => false,
  )

/** The socket of the server that runs on a data directory; undefined where none runs. */
export async function runningSocket(config: Config): Promise<string | undefined> {
  const path = socketOf(config)
  return config.database_url === '' && existsSync(path) && (await listens(path)) ? path : undefined
}

/** The socket of the server of a configuration. Fails, with where it looked, where none runs. */
export async function nodeSocket(config: Config): Promise<string> {
  const path = config.database_url === '' ? socketOf(config) : socketOfNode(config)
  if (existsSync(path) && (await listens(path))) return path
  throw new Error(
    `no server runs here: looked at ${resolve(path)}. Name its --data-dir and, on PostgreSQL, --port`,
  )
}

/** No command makes a store: whoever stands in another directory would look at an empty one. */
export async function checkStoreThere(config: Config): Promise<void> {
  const { database_url: url, database_timeout: timeoutMs } = config
  if (url !== '') {
    if (await hasStore({ url, pool: 1, timeoutMs })) return
    const { host, pathname } = new URL(url)
    throw new Error(
      `there is no data in PostgreSQL at ${host}${pathname}. Name the database of the server with --database-url or CHATROOMD_DATABASE_URL, or start the server first.`,
    )
  }
  const dir = resolve(config.data_dir)
  if (existsSync(join(dir, 'chatroomd.db'))) return
  throw new Error(
    `there is no data in ${dir}: looked for a running server at ${socketOf({ data_dir: dir })} and for the store ` +
      `${join(dir, 'chatroomd.db')}. Name the data directory of the server with --data-dir or CHATROOMD_DATA_DIR, or start the server first.`,
  )
}

/** Runs `work` against the running server, or, when none runs, against the store itself. */
export async function withAdmin<T>(config: Config, work: (admin: Admin) => Promise<T>): Promise<T> {
  const socket = await runningSocket(config)
  if (socket !== undefined) return work(remoteAdmin(socket))
  await checkStoreThere(config)
  const engine = await openEngine(config, () => undefined)
  try {
    return await work(recordedAdmin(adminOn(engine), engine.commit))
  } finally {
    await engine.close()
  }
}
