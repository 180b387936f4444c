import pino from 'pino'
import type { Config } from '../config.ts'
import { parseAppKey } from '../domain/app.ts'
import { checkStoreThere, remoteAdmin, runningSocket } from './admin.ts'
import type { StartServer } from './run-server.ts'

/** The JSON that a call of the REST API returns. */
export type Returned = Record<string, unknown>

/** Calls the REST API of one app with the rights of the app; `path` is below the app. Fails with the text of a failure. */
export type CallRest = (method: string, path: string, body?: object) => Promise<Returned>

/** A call that was refused; its message is the text of the failure. */
export class RestError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}

const tokenSeconds = 600

/** Tokens are replaced when half of their time is over: a command may take hours. */
async function callsOn(
  url: string,
  key: string,
  issue: () => Promise<string>,
  headers: Record<string, string>,
): Promise<CallRest> {
  const { org, name } = parseAppKey(key)
  let token = await issue()
  let issuedMs = performance.now()
  return async (method, path, body) => {
    if (performance.now() - issuedMs > tokenSeconds * 500) {
      token = await issue()
      issuedMs = performance.now()
    }
    const response = await fetch(`${url}/${org}/${name}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const returned = (await response.json()) as Returned
    if (response.ok) return returned
    const text = String(returned.error_description ?? returned.error ?? `status ${response.status}`)
    throw new RestError(text, response.status)
  }
}

/**
 * Runs `work` with calls to the running server; where none runs, a server that listens for this process alone is
 * started on the store, as a node among others on PostgreSQL, and stopped afterwards. `headers` are sent with each call.
 */
export async function withRest<T>(
  config: Config,
  key: string,
  start: StartServer,
  work: (call: CallRest) => Promise<T>,
  headers: Record<string, string> = {},
): Promise<T> {
  const socket = await runningSocket(config)
  const running = socket === undefined ? undefined : remoteAdmin(socket)
  const url = await running?.url()
  if (running && url)
    return work(await callsOn(url, key, () => running.issueToken(key, tokenSeconds, true), headers))
  await checkStoreThere(config)
  const own = { ...config, host: '127.0.0.1', port: 0, metrics_port: undefined, apps: [] }
  const server = await start(own, pino({ level: 'silent' }), { lostLines: () => 0, recentLog: () => [] })
  try {
    const issue = () => server.admin.issueToken(key, tokenSeconds, true)
    return await work(await callsOn(server.url, key, issue, headers))
  } finally {
    await server.stop()
  }
}
