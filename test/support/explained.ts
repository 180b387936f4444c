import { all } from '../../src/operations/index.ts'
import type { Json } from './json.ts'
import type { TestApp } from './server.ts'

/** What `explain` is asked: see its description. */
export interface Asked {
  action: string
  user?: string
  without_token?: boolean
  room?: string
  params?: Record<string, string>
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: unknown
}

const routes = all.flatMap(({ id, call }) =>
  (call?.routes ?? []).map((route) => {
    const [method = '', path = ''] = route.split(' ')
    const pattern = new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
    return { id, method, pattern, named: path.split(':').length }
  }),
)

/** The question whether a call would be done, as it is sent. */
export function askedOf(method: string, target: string, body?: unknown): Asked {
  const [path = '', query = ''] = target.split('?')
  const found = routes
    .filter((each) => each.method === method && each.pattern.test(path))
    .sort((a, b) => a.named - b.named)[0]
  if (!found) throw new Error(`no operation has the call ${method} ${path}`)
  const params = Object.entries(found.pattern.exec(path)?.groups ?? {}).map(([name, value]) => [
    name,
    decodeURIComponent(value),
  ])
  return {
    action: found.id,
    params: Object.fromEntries(params),
    query: Object.fromEntries(new URLSearchParams(query)),
    ...(body === undefined ? {} : { body }),
  }
}

/** Explains a call, and returns what it says. */
export async function explained(app: TestApp, asked: Asked): Promise<Json> {
  const { status, body } = await app.call('POST', '/explain', asked)
  if (status !== 200) throw new Error(`${JSON.stringify(asked)} was not explained: ${JSON.stringify(body)}`)
  return body.data
}
