import type { Logger } from 'pino'
import { type TraceProtocol, type Tracer, traceProtocols } from '../domain/tracing.ts'

type Env = Record<string, string | undefined>

/** How the variables of OpenTelemetry want spans to be written. Fails for a way that this server does not have. */
function protocolOf(env: Env): TraceProtocol {
  const named = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'].find(
    (name) => env[name],
  )
  if (!named) return traceProtocols[0]
  const known = traceProtocols.find((protocol) => protocol === env[named])
  if (known) return known
  throw new Error(
    `${named} is "${env[named]}": traces are sent over HTTP. Leave it out, or set it to ${traceProtocols.join(' or ')}, and let the endpoint be the collector's port for HTTP, usually 4318`,
  )
}

/**
 * Whether the variables of OpenTelemetry name somebody to send traces to. Fails for a way of sending that this server does not
 * have: traces that never arrive would be missed too late. An empty variable is none.
 */
export function isTraced(env: Env): boolean {
  const exporter = env.OTEL_TRACES_EXPORTER
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || exporter === 'none') return false
  if (!exporter && !env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return false
  if (exporter && exporter !== 'otlp')
    throw new Error(
      `OTEL_TRACES_EXPORTER is "${exporter}": traces are sent by "otlp", or not at all with "none"`,
    )
  protocolOf(env)
  return true
}

/** Opens the tracing that `OTEL_*` asks for; where they do not, nothing of it is even loaded. */
export async function tracingOf(env: Env, log: Logger): Promise<Tracer | undefined> {
  if (!isTraced(env)) return undefined
  const { openTracing } = await import('./tracing.ts')
  return openTracing(log, protocolOf(env))
}
