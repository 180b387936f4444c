import createFetcher, { type MaybeOptionalInit } from 'openapi-fetch'
import { type Credentials, tokensFor } from './credentials.js'
import { ChatroomdError } from './error.js'
import { type Send, sendRepeatedly } from './retry.js'
import type { paths } from './schema.js'

export interface Options {
  /** Where the server is: `https://chat.example.com`. */
  url: string
  /** Key of the app: `org#app`. */
  app: string
  credentials: Credentials
  /** How often a call is repeated that failed on its way, or met 429, 502, 503 or 504. 3 if not given. */
  retries?: number
  /** In place of the global `fetch`. */
  fetch?: Send
}

type Method = 'get' | 'post' | 'put' | 'delete'

/** Paths that have a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never
}[keyof paths]

type Declared<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never

/** What a call takes: `{ params: { path, query }, body }`. */
type Init<P extends keyof paths, M extends Method> = MaybeOptionalInit<paths[P], M>
type InitOf<I> = undefined extends I ? [init?: I] : Record<never, never> extends I ? [init?: I] : [init: I]

/** What a call returns: the body of its response. */
export type ResultOf<P extends keyof paths, M extends Method> =
  Declared<P, M> extends { responses: { 200: { content: { 'application/json': infer Body } } } }
    ? Body
    : undefined

type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...init: InitOf<Init<P, M>>
) => Promise<ResultOf<P, M>>

/** Lists that are read by cursor. */
export type ListPath = {
  [P in PathOf<'get'>]: ResultOf<P, 'get'> extends { cursor?: string } ? P : never
}[PathOf<'get'>]

type Page<P extends ListPath> = ResultOf<P, 'get'>
export type ItemOf<P extends ListPath> =
  Page<P> extends { data?: infer D } ? Entry<D> : Page<P> extends { entities: infer E } ? Entry<E> : never
type Entry<List> = List extends readonly (infer Item)[] ? Item : never

/** The calls of one app. Paths are those of the API reference, without the app. A call that is refused throws `ChatroomdError`. */
export interface Client {
  get: Call<'get'>
  post: Call<'post'>
  put: Call<'put'>
  delete: Call<'delete'>
  /** Reads a list to its end, page by page as far as the loop goes. */
  each<P extends ListPath>(
    path: P,
    ...init: InitOf<Init<P, 'get'>>
  ): AsyncGenerator<ItemOf<P>, void, undefined>
}

interface AnyInit {
  params?: { query?: Record<string, unknown> }
}
interface AnyPage {
  data?: unknown[]
  entities?: unknown[]
  cursor?: string
}

/** Makes a client for the calls of an app. */
export function createClient({ url, app, credentials, retries = 3, fetch: send = fetch }: Options): Client {
  const [org = '', name = ''] = app.split('#')
  const appUrl = `${url.replace(/\/+$/, '')}/${encodeURIComponent(org)}/${encodeURIComponent(name)}`
  const tokens = tokensFor(appUrl, credentials, (input, init) =>
    sendRepeatedly(new Request(input, init), retries, send),
  )

  async function authorised(request: Request): Promise<Response> {
    if (request.method !== 'GET') request.headers.set('idempotency-key', crypto.randomUUID())
    for (let isFirst = true; ; isFirst = false) {
      const token = await tokens.get()
      request.headers.set('authorization', `Bearer ${token}`)
      const response = await sendRepeatedly(request, retries, send)
      if (isFirst && response.status === 401 && tokens.forget(token)) continue
      if (!response.ok) throw new ChatroomdError(response, await response.text())
      return response
    }
  }

  const fetcher = createFetcher<paths>({ baseUrl: appUrl, fetch: authorised })
  const calling = (method: 'GET' | 'POST' | 'PUT' | 'DELETE') =>
    (async (path: string, init?: AnyInit) => {
      const call = fetcher[method] as unknown as (path: string, init?: AnyInit) => Promise<{ data?: unknown }>
      return (await call(path, init)).data
    }) as unknown
  const get = calling('GET') as Client['get']

  async function* each(path: string, init: AnyInit = {}): AsyncGenerator<unknown, void, undefined> {
    const read = get as unknown as (path: string, init: AnyInit) => Promise<AnyPage>
    let cursor = init.params?.query?.cursor
    do {
      const query = { limit: 100, ...init.params?.query, ...(cursor ? { cursor } : {}) }
      const page = await read(path, { ...init, params: { ...init.params, query } })
      yield* page.data ?? page.entities ?? []
      cursor = page.cursor
    } while (cursor)
  }

  return {
    get,
    post: calling('POST') as Client['post'],
    put: calling('PUT') as Client['put'],
    delete: calling('DELETE') as Client['delete'],
    each: each as unknown as Client['each'],
  }
}
