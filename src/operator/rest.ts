import pino from 'pino'
import type { Config } from '../config.ts'
import { parseAppKey } from '../domain/app.ts'
import { checkStoreThere, remoteAdmin, runningSocket } from './admin.ts'
import type { StartServer } from './run-server.ts'

/** The JSON that a call of the REST API returns. */
export type Returned = Record<string, unknown>

/** Calls the REST API of one app with the rights of the app; `path` is below the app. Fails with the text of a failure. */
export type CallRest = (method: string, path: string, body?: object) => Promise<Returned>

const tokenSeconds = 600

function callsOn(url: string, key: string, token: string): CallRest {
  const { org, name } = parseAppKey(key)
  return async (method, path, body) => {
    const response = await fetch(`${url}/${org}/${name}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const returned = (await response.json()) as Returned
    if (response.ok) return returned
    throw new Error(String(returned.error_description ?? returned.error ?? `status ${response.status}`))
  }
}

/**
 * Runs `work` with calls to the running server; where none runs, a server that listens for this process alone is
 * started on the store, as a node among others on PostgreSQL, and stopped afterwards.
 */
export async function withRest<T>(
  config: Config,
  key: string,
  start: StartServer,
  work: (call: CallRest) => Promise<T>,
): Promise<T> {
  const socket = await runningSocket(config)
  const running = socket === undefined ? undefined : remoteAdmin(socket)
  const url = await running?.url()
  if (running && url) return work(callsOn(url, key, await running.issueToken(key, tokenSeconds)))
  checkStoreThere(config)
  const own = { ...config, host: '127.0.0.1', port: 0, metrics_port: undefined, apps: [] }
  const server = await start(own, pino({ level: 'silent' }), { lostLines: () => 0, recentLog: () => [] })
  try {
    return await work(callsOn(server.url, key, await server.admin.issueToken(key, tokenSeconds)))
  } finally {
    await server.stop()
  }
}
