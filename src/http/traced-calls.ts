import type { BunRequest, Server } from 'bun'
import type { Tracer } from '../domain/tracing.ts'
import { requestIdOf } from './request-id.ts'
import { pathOf } from './url.ts'

type Respond = (request: BunRequest, server: Server<unknown>) => Response | Promise<Response>

/** Calls of probes and scrapers, every few seconds, of which no trace tells anything. */
const untraced = new Set(['live', 'ready', 'showMetrics'])

/** Makes handlers whose calls are spans, in the trace of the caller where it names one. */
export const tracedCalls =
  (tracer: Tracer | undefined) =>
  (operation: string, respond: Respond): Respond => {
    if (!tracer || untraced.has(operation)) return respond
    return (request, server) => {
      const { method, url, headers } = request
      const about = {
        'http.request.method': method,
        'url.path': pathOf(url),
        'chatroomd.operation': operation,
        'chatroomd.request_id': requestIdOf(request),
      }
      const done = ({ status }: Response) => ({ 'http.response.status_code': status })
      const traceparent = headers.get('traceparent') ?? undefined
      return tracer.root('server', operation, traceparent, about, () => respond(request, server), done)
    }
  }
