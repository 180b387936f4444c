import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import type { AppSettings } from '../../src/domain/app-settings.ts'
import { openEngine } from '../../src/engine/engine.ts'
import { adminOn } from '../../src/operator/admin.ts'
import { aDatabase } from './database.ts'
import type { Json } from './json.ts'
import { aDirectory, type Served, serves } from './process.ts'

interface Answer {
  status: number
  body: Json
}

/** Server processes on one store, which are killed and started again, and an app on it. */
export interface Crashing {
  /** How many there are: one on the embedded store. */
  count: number
  /** Calls a path of the app on one of them, counted round; undefined where the connection broke. */
  call(node: number, method: string, path: string, body?: object, key?: string): Promise<Answer | undefined>
  /** Ends a process by SIGKILL. */
  kill(node: number): Promise<void>
  /** Starts another one in the place of one that was killed. */
  start(node: number): Promise<void>
  stop(): Promise<void>
}

/** Starts one process, or `count` on the PostgreSQL server that TEST_DATABASE_URL names. */
export async function startCrashing(count: number, settings: Partial<AppSettings>): Promise<Crashing> {
  const [directory, database] = [aDirectory(), await aDatabase()]
  const { dir } = directory
  const place = { data_dir: join(dir, 'data'), database_url: database?.url ?? '' }
  const engine = await openEngine(readConfig(place, {}, ''), () => undefined)
  const admin = adminOn(engine)
  await admin.createApp({ key: 'acme#lounge', settings })
  const authorization = `Bearer ${await admin.issueToken('acme#lounge', 86_400)}`
  await engine.close()

  const nodes: Served[] = []
  const env: Record<string, string> = { CHATROOMD_NODE_LEASE: '1' }
  if (database) env.CHATROOMD_DATABASE_URL = database.url
  const start = async (node: number) => {
    const own = database ? ['--data-dir', join(dir, `data-${node}`)] : []
    nodes[node] = await serves({ cwd: dir, env }, own)
  }
  const served = database ? count : 1
  await Promise.all(Array.from({ length: served }, (_, node) => start(node)))

  return {
    count: served,
    async call(node, method, path, body, key) {
      const headers = { authorization, ...(key === undefined ? {} : { 'idempotency-key': key }) }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      try {
        const url = `${nodes[node % served]?.url}/acme/lounge${path}`
        const response = await fetch(url, { method, headers, ...sent })
        return { status: response.status, body: await response.json() }
      } catch {
        return undefined
      }
    },
    kill: async (node) => void (await nodes[node % served]?.end('SIGKILL')),
    start: (node) => start(node % served),
    async stop() {
      await Promise.all(nodes.map((node) => node.end('SIGTERM')))
      await database?.remove()
      directory.remove()
    },
  }
}
