import type { App } from '../domain/app.ts'
import { type Failure, failures } from '../domain/failure.ts'

/** What a response repeats of its request. */
export interface Call {
  app: App
  /** Absolute URL of the request, without the query. */
  uri: string
  /** Lower-case method, or the reference's own word where it has one. */
  action: string
  /** Unix ms at which the request came. */
  startedMs: number
  requestId: string
  /** Headers of the response, if it has any of its own. */
  headers?: Record<string, string> | undefined
}

// One object for all responses, which copy it: that takes half the time of a literal for each.
const headersOfAll = new Headers({ 'content-type': 'application/json', 'access-control-allow-origin': '*' })

/** On responses that differ by how the caller names itself. */
export const varyByCaller = { vary: 'User-Agent' }
const headersByCaller = new Headers({ ...Object.fromEntries(headersOfAll), ...varyByCaller })

/** The headers of a response, to be copied at once. */
function headersFor(requestId: string, headers = headersOfAll): Headers {
  headers.set('x-request-id', requestId)
  return headers
}

/** A body that is JSON text already, whole or in pieces. */
export function jsonResponse(
  requestId: string,
  json: string | AsyncGenerator<string>,
  status = 200,
  more?: Record<string, string>,
): Response {
  // The types lack what Bun takes: an iterable is read as fast as the client does.
  if (more === varyByCaller)
    return new Response(json as string, { status, headers: headersFor(requestId, headersByCaller) })
  const response = new Response(json as string, { status, headers: headersFor(requestId) })
  for (const name in more) response.headers.set(name, more[name] as string)
  return response
}

/** A file, which browsers save and never show as a page. */
export const fileResponse = (requestId: string, file: Blob): Response =>
  new Response(file, {
    headers: {
      'access-control-allow-origin': '*',
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=604800, immutable',
      'x-request-id': requestId,
    },
  })

/** Server-sent events, which proxies pass on as they come. */
export const streamResponse = (
  requestId: string,
  stream: ReadableStream<string>,
  more?: Record<string, string>,
): Response =>
  new Response(stream as ReadableStream, {
    headers: {
      'access-control-allow-origin': '*',
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': requestId,
      ...more,
    },
  })

/** What stands before and after `data` in the success envelope [envelope]. */
export interface Extras {
  /** The request's query, echoed. */
  params?: URLSearchParams
  count?: number
  total?: number | undefined
  cursor?: string | undefined
  path?: string
  entities?: unknown[]
  /** What would happen, of a call that was only tried. */
  events?: unknown[]
  /** Named by the service of custom attributes. */
  status?: 'ok'
}

const echo = (params: URLSearchParams): string => {
  const values: Record<string, string[]> = Object.create(null)
  for (const [name, value] of params) {
    values[name] ??= []
    values[name].push(value)
  }
  return JSON.stringify(values)
}

/** The envelope's text around its `data`, up to the time. */
function envelopeParts({ app, uri, action }: Call, extras: Extras): [before: string, after: string] {
  const { params, count, total, cursor, path, entities, events, status } = extras
  const before =
    `{"action":"${action}","application":"${app.uuid}","applicationName":"${app.name}","organization":"${app.org}",` +
    `"uri":${JSON.stringify(uri)},${path === undefined ? '' : `"path":${JSON.stringify(path)},`}` +
    `${params?.size ? `"params":${echo(params)},` : ''}"entities":${entities ? JSON.stringify(entities) : '[]'},`
  const after =
    `${status === undefined ? '' : `"status":"${status}",`}${count === undefined ? '' : `"count":${count},`}${total === undefined ? '' : `"total":${total},`}${cursor === undefined ? '' : `"cursor":"${cursor}",`}` +
    `${events === undefined ? '' : `"dry_run":true,"events":${JSON.stringify(events)},`}"properties":{},"timestamp":`
  return [before, after]
}

/** The end of an envelope: the time, and how long it took since `startedMs`. */
function timeSince(startedMs: number): string {
  const now = Date.now()
  return `${now},"duration":${Math.max(0, now - startedMs)}}`
}

/** A response of the service of user attributes: the time, `data`, and how long it took since `startedMs`. */
export function bareText(startedMs: number, data: unknown): string {
  const now = Date.now()
  return `{"timestamp":${now},"data":${JSON.stringify(data)},"duration":${Math.max(0, now - startedMs)}}`
}

/** The success envelope up to the time, around `data`, which is JSON text already. */
export function successHead(call: Call, data: string, extras: Extras): string {
  const [before, after] = envelopeParts(call, extras)
  return `${before}"data":${data},${after}`
}

/** A success whose envelope is written up to the time. */
export const successFrom = (
  head: string,
  requestId: string,
  started: number,
  headers?: Record<string, string>,
) => jsonResponse(requestId, head + timeSince(started), 200, headers)

/** The success envelope around `data`, which is JSON text already; without `data` for user endpoints. */
export function success(call: Call, data: string | undefined, extras: Extras = {}): Response {
  const { requestId, startedMs, headers } = call
  const head = data === undefined ? envelopeParts(call, extras).join('') : successHead(call, data, extras)
  return successFrom(head, requestId, startedMs, headers)
}

/** The success envelope around `data` that comes in pieces of JSON text, each made when the client has read the last. */
export function successInPieces(call: Call, extras: Extras, data: AsyncGenerator<string>): Response {
  const [before, after] = envelopeParts(call, extras)
  async function* pieces() {
    yield `${before}"data":`
    yield* data
    yield `,${after}${timeSince(call.startedMs)}`
  }
  return jsonResponse(call.requestId, pieces(), 200, call.headers)
}

/** The error envelope (errors and status codes: section 1). */
export function failed(
  requestId: string,
  { word, text, status, code }: Failure,
  headers: Record<string, string> = {},
): Response {
  const [, exception] = failures[word]
  const body = {
    error: word,
    exception,
    error_description: text,
    timestamp: Date.now(),
    duration: 0,
    properties: {},
    ...(code === undefined ? {} : { error_code: code, desc: text }),
    // Where the service of presence is not open, the web SDK reads nothing else.
    ...(word === 'service open exception' ? { result: text } : {}),
  }
  const later = status === 503 || status === 429 ? { 'retry-after': '1' } : undefined
  return jsonResponse(requestId, JSON.stringify(body), status, { ...headers, ...later })
}
