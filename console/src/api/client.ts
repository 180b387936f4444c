import createClient from 'openapi-fetch'
import { type Refusal, refusalOf } from './refusal.ts'
import type { paths } from './schema'

/** What names an app in each path of the API. */
export interface AppPath {
  org_name: string
  app_name: string
}

let csrfToken = ''
let onSignedOut = (): void => {}

export function keepCsrfToken(token: string): void {
  csrfToken = token
}

/** Calls `heard` when the server no longer knows the session. */
export function whenSignedOut(heard: () => void): void {
  onSignedOut = heard
}

/** A call with the session's cookie and token: there are calls that do something though they are got. */
export async function send(request: Request): Promise<Response> {
  if (csrfToken) request.headers.set('x-csrf-token', csrfToken)
  const response = await fetch(request)
  if (response.status === 401) onSignedOut()
  return response
}

/** The public API, typed by its description. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send, credentials: 'same-origin' })

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a call that was done; throws the refusal of one that was not. */
export async function call<T>(answer: Promise<Answered<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await answer
  if (!response.ok || data === undefined || data === null) throw refusalOf(response, error)
  return data
}

export const isRefusal = (error: unknown, status: number): error is Refusal =>
  error instanceof Error && 'status' in error && error.status === status

/** Calls of the console itself, which are no part of the public API. */
export async function consoleCall<T>(method: string, path: string, body?: object): Promise<T> {
  const request = new Request(`/console/api/${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  })
  const response = await send(request)
  const text = await response.text()
  const read: unknown = text === '' ? {} : JSON.parse(text)
  if (!response.ok) throw refusalOf(response, read)
  return read as T
}
