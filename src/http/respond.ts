import type { Server } from 'bun'
import type { HttpOperation } from '../operations/operation.ts'
import { Json, type OperationRequest, type Reply } from '../operations/request.ts'
import { type Envelope, isEnvelope } from '../operations/schemas.ts'
import type { Deps } from './deps.ts'
import {
  bareText,
  type Call,
  type Extras,
  fileResponse,
  jsonResponse,
  streamResponse,
  success,
  successFrom,
  successHead,
  successInPieces,
} from './envelope.ts'

/** The envelope's fields beside `data`, as the operation declares them. */
function extrasOf(
  { params, users, path, ownPath, metadata }: Envelope,
  { count, total, cursor, entities }: Reply,
  { query }: OperationRequest,
  { app, uri }: Call,
): Extras {
  const extras: Extras = { total, cursor }
  if (params) extras.params = query
  if (users) extras.path = '/users'
  if (path) extras.path = path
  if (ownPath) extras.path = uri.split(`/${app.org}/${app.name}`).at(-1) ?? ''
  if (metadata === 'removed') extras.status = 'ok'
  if (count !== undefined) extras.count = count
  if (entities !== undefined) extras.entities = entities
  return extras
}

const textOf = (data: unknown): string | AsyncGenerator<string> | undefined => {
  if (data instanceof Json) return data.text
  return data === undefined ? undefined : JSON.stringify(data)
}

/** What came of a call; `events` are what would happen, where it was only tried. */
export interface Performed {
  output: unknown
  events?: unknown[]
}

export interface Received {
  request: Request
  server: Server<unknown>
  call: Call
  given: OperationRequest
}

interface Done extends Received, Performed {
  operation: HttpOperation
  input: unknown
}

/** Turns what an operation gave into a response, which is cached where the operation declares on what it depends. */
export function respond(deps: Deps, done: Done): Response {
  const { request, server, operation, call, given, input, output, events } = done
  const { response, reply, dependsOn } = operation.call
  const replied = reply(output, input, given)
  if (replied.etag !== undefined) call.headers = { ...call.headers, etag: replied.etag }
  if (replied.stream) return streamResponse(call.requestId, replied.stream, call.headers)
  if (replied.file) return fileResponse(call.requestId, replied.file)
  if (!isEnvelope(response))
    return jsonResponse(call.requestId, JSON.stringify(replied.data), 200, call.headers)
  const { requestId, startedMs, headers } = call
  if (response.bare) return jsonResponse(requestId, bareText(startedMs, replied.data), 200, headers)
  const extras = extrasOf(response, replied, given, call)
  if (events) extras.events = events
  const data = textOf(replied.data)
  if (typeof data === 'object') return successInPieces(call, extras, data)
  const { app, caller } = given
  const about = caller.kind === 'app' ? dependsOn?.(input, given, output) : undefined
  if (about === undefined || data === undefined) return success(call, data, extras)
  const head = successHead(call, data, extras)
  const { etag } = replied
  deps.responses.add(deps.cacheKeyOf(request, server), { app, operation: operation.id, about, head, etag })
  return successFrom(head, requestId, startedMs, headers)
}
