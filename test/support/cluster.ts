import { readConfig } from '../../src/config.ts'
import type { AppSettings } from '../../src/domain/app-settings.ts'
import { openEngine } from '../../src/engine/engine.ts'
import { adminOn } from '../../src/operator/admin.ts'
import { type Reply, request } from './server.ts'

/** One server process of several on one database. */
export interface Node {
  url: string
  pid: number
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** Starts a server process on a database; `env` has further settings. */
export async function startNode(database: string, env: Record<string, string> = {}): Promise<Node> {
  const process_ = Bun.spawn([process.execPath, 'src/main.ts', 'serve'], {
    cwd: `${import.meta.dir}/../..`,
    env: {
      PATH: process.env.PATH,
      CHATROOMD_DATABASE_URL: database,
      CHATROOMD_PORT: '0',
      CHATROOMD_LOG_LEVEL: 'info',
      CHATROOMD_DRAIN_TIME: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const decoder = new TextDecoder()
  let log = ''
  const reader = process_.stdout.getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`the server did not start:\n${log}`)
    log += decoder.decode(value)
    const url = /"url":"([^"]+)"/.exec(log)?.[1]
    if (url === undefined) continue
    reader.releaseLock()
    process_.stdout.pipeTo(new WritableStream()).catch(() => undefined)
    return {
      url,
      pid: process_.pid,
      async stop(signal = 'SIGTERM') {
        process_.kill(signal)
        await process_.exited
      },
    }
  }
}

/** An app that every node knows. */
export interface ClusterApp {
  /** Calls a path of the app on one of the nodes. */
  call(node: number, method: string, path: string, body?: unknown): Promise<Reply>
}

/** Creates apps, and waits until every node knows them. */
export async function createApps(
  database: string,
  nodes: Node[],
  keys: string[],
  settings: (key: string) => Partial<AppSettings>,
): Promise<ClusterApp[]> {
  const engine = await openEngine(readConfig({ database_url: database }, {}, ''), () => undefined)
  const admin = adminOn(engine)
  const apps: ClusterApp[] = []
  for (const key of keys) {
    await admin.createApp({ key, settings: settings(key) })
    const token = await admin.issueToken(key, 3600)
    const path = key.replace('#', '/')
    apps.push({
      call: (node, method, rest, body) =>
        request(method, `${nodes[node % nodes.length]?.url}/${path}${rest}`, body, {
          authorization: `Bearer ${token}`,
        }),
    })
  }
  await engine.close()
  const last = apps.at(-1)
  for (const node of nodes.keys()) {
    while (last && (await last.call(node, 'GET', '/chatrooms')).status === 404) await Bun.sleep(20)
  }
  return apps
}
