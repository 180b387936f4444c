import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig, type SettingTexts } from '../../src/config.ts'
import type { AppSettings } from '../../src/domain/app-settings.ts'
import type { Counters } from '../../src/metrics/counters.ts'
import type { Admin } from '../../src/operator/admin.ts'
import { startNode } from './cluster.ts'
import { contractOf } from './contract.ts'
import { aDatabase } from './database.ts'
import type { Json } from './json.ts'

/** A response, read. */
export interface Reply {
  status: number
  body: Json
  headers: Headers
}

/** One app of a test server, with a token that is good for an hour. */
export interface TestApp {
  key: string
  clientId: string
  clientSecret: string
  /** `http://host:port/org/app` */
  url: string
  token: string
  /** Calls a path of the app with its token; objects are sent as JSON, texts as they are. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  /** Registers users without passwords. */
  register(...usernames: string[]): Promise<void>
  /** Creates a room and returns its id. */
  room(draft: Record<string, unknown>): Promise<string>
  set(settings: Partial<AppSettings>): Promise<void>
  rotateSecret(overlapMs?: number): Promise<void>
}

export interface TestServer {
  url: string
  /** Where the metrics and the API description are. */
  pagesUrl: string
  dir: string
  /** Empty where the store is embedded. */
  databaseUrl: string
  /** The sum over all threads of something that real time counts. */
  count(read: (counters: Counters) => number | undefined): Promise<number>
  admin: Admin
  app(key: string, settings?: Partial<AppSettings>): Promise<TestApp>
  stop(): Promise<void>
}

export async function request(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel()
    return { status: response.status, body: {}, headers: response.headers }
  }
  const text = await response.text()
  const read = text === '' ? undefined : JSON.parse(text)
  const contract = await contractOf(url)
  contract.check(method, url, response.status, read)
  return { status: response.status, body: read, headers: response.headers }
}

const nodes = Number(process.env.TEST_NODES ?? 1)
/** Threads that serve on the embedded store. */
const threads = process.env.TEST_THREADS ?? '1'

/**
 * A whole server on a free port, with an empty store of its own: on the PostgreSQL server that TEST_DATABASE_URL
 * names, else embedded; `settings` are set beside, and it writes to `log`. With TEST_THREADS=2 two threads serve on the embedded store; with TEST_NODES=3 two more processes serve the same database, and calls go to each in turn.
 */
export async function aServer(
  settings: SettingTexts = {},
  log: Logger = pino({ level: 'silent' }),
  options: Parameters<typeof startChatroomd>[2] = {},
): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const database = await aDatabase()
  const place = { data_dir: dir, port: '0', threads, database_url: database?.url ?? '' }
  const config = readConfig({ ...place, ...settings }, {}, '')
  const chatroomd = await startChatroomd(config, log, options)
  const { admin } = chatroomd
  const others = await Promise.all(Array.from({ length: nodes - 1 }, () => startNode(config.database_url)))
  const urls = [chatroomd.url, ...others.map(({ url }) => url)]
  let turn = 0

  return {
    url: chatroomd.url,
    pagesUrl: chatroomd.pagesUrl,
    dir,
    databaseUrl: config.database_url,
    count: async (read) => (await chatroomd.counters()).reduce((sum, each) => sum + (read(each) ?? 0), 0),
    admin,
    async app(key, settings) {
      const { clientId, clientSecret } = await admin.createApp({ key, settings })
      const token = await admin.issueToken(key, 3600)
      const url = `${chatroomd.url}/${key.replace('#', '/')}`
      const path = `/${key.replace('#', '/')}`
      const call: TestApp['call'] = (method, rest, body, headers) => {
        turn += 1
        const node = urls[turn % nodes]
        return request(method, node + path + rest, body, { authorization: `Bearer ${token}`, ...headers })
      }
      // Nodes look for what others have changed about apps four times a second.
      const noticed = async () => {
        if (nodes > 1) await Bun.sleep(600)
      }
      await noticed()
      return {
        key,
        clientId,
        clientSecret,
        url,
        token,
        call,
        async register(...usernames) {
          for (let start = 0; start < usernames.length; start += 60) {
            const batch = usernames.slice(start, start + 60).map((username) => ({ username }))
            const { status, body } = await call('POST', '/users', batch)
            if (status !== 200) throw new Error(`registering failed: ${JSON.stringify(body)}`)
          }
        },
        async room(draft) {
          const { body } = await call('POST', '/chatrooms', {
            name: 'a room',
            description: 'for a test',
            ...draft,
          })
          if (!body.data) throw new Error(`creating a room failed: ${JSON.stringify(body)}`)
          return body.data.id
        },
        async set(change) {
          await admin.changeApp(key, change)
          await noticed()
        },
        async rotateSecret(overlapMs) {
          await admin.rotateSecret(key, overlapMs)
          await noticed()
        },
      }
    },
    async stop() {
      await Promise.all([chatroomd.stop(1000), ...others.map((node) => node.stop())])
      await database?.remove()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
