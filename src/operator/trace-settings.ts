import type { Logger } from 'pino'
import type { Tracer } from '../domain/tracing.ts'

type Env = Record<string, string | undefined>

/** Whether the variables of OpenTelemetry name somebody to send traces to. */
function isTraced(env: Env): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return false
  const named = [
    env.OTEL_EXPORTER_OTLP_ENDPOINT,
    env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    env.OTEL_TRACES_EXPORTER,
  ]
  return named.some((value) => value !== undefined && value !== '')
}

/** Opens the tracing that `OTEL_*` asks for; where they do not, nothing of it is even loaded. */
export async function tracingOf(env: Env, log: Logger): Promise<Tracer | undefined> {
  if (!isTraced(env)) return undefined
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL
  if (protocol === 'grpc')
    log.warn(
      'traces are sent by OTLP over HTTP: OTEL_EXPORTER_OTLP_ENDPOINT must be its port, by custom 4318',
    )
  const { openTracing } = await import('./tracing.ts')
  return openTracing(log)
}
