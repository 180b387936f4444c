import {
  type Context,
  context,
  DiagLogLevel,
  diag,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Logger } from 'pino'
import pkg from '../../package.json' with { type: 'json' }
import type { SpanAttributes, TraceProtocol, Tracer } from '../domain/tracing.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'

/** For the last spans at the end. */
const flushMs = 3000

const kinds = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
}

/** https://www.w3.org/TR/trace-context: version, trace, parent, flags. */
const form = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/

/** A context in the trace that `traceparent` names. */
function contextOf(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = '0'] = form.exec(traceparent ?? '') ?? []
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
}

const fail = (span: Span, error: unknown): void => {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : 'failed' })
  span.end()
}

/** Runs work within a span, and ends that with it. */
function within<Outcome>(
  span: Span,
  around: Context,
  work: () => Outcome,
  done: (outcome: Awaited<Outcome>) => SpanAttributes = () => ({}),
): Outcome {
  const finish = (outcome: Awaited<Outcome>) => {
    const attributes = done(outcome)
    span.setAttributes(attributes)
    if (Number(attributes['http.response.status_code']) >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    return outcome
  }
  try {
    const outcome = context.with(trace.setSpan(around, span), work)
    if (!(outcome instanceof Promise)) return finish(outcome as Awaited<Outcome>) as Outcome
    return outcome.then(finish, (error) => {
      fail(span, error)
      throw error
    }) as Outcome
  } catch (error) {
    fail(span, error)
    throw error
  }
}

/** Only the exporter that is used is loaded. */
async function exporterOf(protocol: TraceProtocol): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter()
}

/** Sends spans by OTLP over HTTP, as the variables `OTEL_*` say. */
export async function openTracing(log: Logger, protocol: TraceProtocol): Promise<Tracer> {
  const failed = rateLimited((reason: string, times) =>
    log.warn({ reason, times }, 'traces could not be exported'),
  )
  const silent = () => undefined
  const logger = { error: failed, warn: silent, info: silent, debug: silent, verbose: silent }
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const known = resourceFromAttributes({ 'service.name': 'chatroomd', 'service.version': pkg.version })
  const provider = new BasicTracerProvider({
    resource: known.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(await exporterOf(protocol))],
  })
  const tracer = provider.getTracer('chatroomd', pkg.version)

  return {
    root(kind, name, traceparent, attributes, work, done) {
      const around = contextOf(traceparent)
      return within(tracer.startSpan(name, { kind: kinds[kind], attributes }, around), around, work, done)
    },

    part(kind, name, attributes, work, done) {
      const around = context.active()
      if (!trace.getSpan(around)) return work()
      return within(tracer.startSpan(name, { kind: kinds[kind], attributes }, around), around, work, done)
    },

    traceparent() {
      const span = trace.getActiveSpan()?.spanContext()
      if (!span) return undefined
      return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`
    },

    logged() {
      const span = trace.getActiveSpan()?.spanContext()
      return span ? { traceId: span.traceId, spanId: span.spanId } : {}
    },

    async stop() {
      await Promise.race([provider.shutdown().catch(failed), Bun.sleep(flushMs)])
    },
  }
}
