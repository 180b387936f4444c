import type { Config } from '../config.ts'

const patienceMs = 5000

/** Addresses that stand for all of a machine's are reached on the loopback. */
const loopback: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }

/** Asks the server of a configuration whether it is ready, and returns its URL; fails with the reason where it is not. */
export async function checkHealth({ host, port }: Pick<Config, 'host' | 'port'>): Promise<string> {
  const url = `http://${loopback[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(patienceMs) }).catch(
    () => undefined,
  )
  if (!response) throw new Error(`nothing answers at ${url}`)
  if (!response.ok) throw new Error(`${url} is not ready: ${(await response.text()).slice(0, 1000)}`)
  return url
}
