import type { AppRecord } from '../domain/app.ts'
import type { Dialect } from '../domain/dialect.ts'
import type { Caller } from '../domain/event.ts'

/** The `:names` in a route. */
type ParamsOf<Route extends string> = Route extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsOf<Rest>
  : Route extends `${string}:${infer Name}`
    ? Name
    : never

/** The request, as far as operations see it. */
export interface OperationRequest<Body = unknown, Route extends string = string> {
  app: AppRecord
  caller: Caller
  /** Parts of the path, by their names in the route. */
  params: Readonly<Record<ParamsOf<Route>, string>>
  query: URLSearchParams
  body: Body
  /** The token of the call; undefined without one. */
  token: string | undefined
  /** Whether the session of an operator, who calls in the place of the app, still lasts; undefined for other callers. */
  isSignedIn: (() => Promise<boolean>) | undefined
  /** Whether the call needed no token, and had none. */
  isAnonymous: boolean
  client: Client
  dialect: Dialect
  /** Absolute URL of the request, without the query. */
  uri: string
}

/** Who sent the request and waits for the response. */
export interface Client {
  /** The address it comes from; never empty. */
  readonly address: string
  /** Aborted when it is gone. */
  readonly signal: AbortSignal
  header(name: string): string | null
  /** Gives `store` the bytes of the uploaded file while they come, and its name when they have; returns what `store` does. */
  receiveFile<T>(store: (chunks: AsyncIterable<Uint8Array>, name: () => string) => Promise<T>): Promise<T>
}

/** The response: `data` and the fields beside it in the envelope. */
export interface Reply {
  data?: unknown
  count?: number
  /** The number of entries on all pages together. */
  total?: number | undefined
  cursor?: string | undefined
  entities?: unknown[]
  /** Version of the resource, for `If-Match`, in quotes. */
  etag?: string | undefined
  /** A file, which is the whole response. */
  file?: Blob
  /** Server-sent events, which are the whole response and go on. */
  stream?: ReadableStream<string>
}

/** JSON text that is written to the response as it is. */
export class Json {
  constructor(readonly text: string | AsyncGenerator<string>) {}
}
