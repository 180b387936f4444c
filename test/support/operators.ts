import type { OperatorRole } from '../../src/domain/operator.ts'
import type { Json } from './json.ts'
import type { TestServer } from './server.ts'

export const password = 'correct horse battery'

/** A browser that is signed in to the console, as far as the server sees one. */
export interface Browser {
  cookie: string
  csrf: string
  /** Calls any path of the server with the cookie and, where it writes, the CSRF token. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Json; headers: Headers }>
}

export async function fetchJson(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const text = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(url, { method, headers, ...text })
  return { status: response.status, body: (await response.json()) as Json, headers: response.headers }
}

export const signIn = (url: string, name: string, given = password, headers: Record<string, string> = {}) =>
  fetchJson(`${url}/console/api/session`, 'POST', { name, password: given }, headers)

/** The browser that has had this answer to a sign-in. */
export function browserOf(url: string, { headers, body }: { headers: Headers; body: Json }): Browser {
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
  const csrf = body.csrf_token
  return {
    cookie,
    csrf,
    call: (method, path, sent, more) =>
      fetchJson(url + path, method, sent, {
        cookie,
        ...(method === 'GET' ? {} : { 'x-csrf-token': csrf }),
        ...more,
      }),
  }
}

/** Adds an operator, who signs in. */
export async function anOperator(
  { admin, url }: Pick<TestServer, 'admin' | 'url'>,
  name: string,
  role: OperatorRole,
): Promise<Browser> {
  await admin.addOperator(name, role, password)
  return browserOf(url, await signIn(url, name))
}
