/** Protocols for sending spans, as OpenTelemetry names them; the first is the default. */
export const traceProtocols = ['http/protobuf', 'http/json'] as const

export type TraceProtocol = (typeof traceProtocols)[number]

/** What is known of a span: names as OpenTelemetry has them. */
export type SpanAttributes = Record<string, string | number>

/**
 * Records spans of what is done, for OpenTelemetry. There is none unless `OTEL_*` is set, so that nothing is spent on it.
 */
export interface Tracer {
  /**
   * Runs `work`, which another process may have asked for: in its trace where `traceparent` names one, else in a new
   * one. `done` reads from the outcome what the span shows.
   */
  root<Outcome>(
    kind: 'server' | 'consumer' | 'client',
    name: string,
    traceparent: string | undefined,
    attributes: SpanAttributes,
    work: () => Outcome,
    done?: (outcome: Awaited<Outcome>) => SpanAttributes,
  ): Outcome
  /** Runs `work` as a part of the span that runs; without any, such as in a timer, nothing is recorded. */
  part<Outcome>(
    kind: 'internal' | 'client' | 'producer',
    name: string,
    attributes: SpanAttributes,
    work: () => Outcome,
    done?: (outcome: Awaited<Outcome>) => SpanAttributes,
  ): Outcome
  /** The span that runs, as other processes are told of it. */
  traceparent(): string | undefined
  /** What lines of the log say of the span that runs. */
  logged(): Record<string, string>
  /** Sends what is left, for a few seconds at most. */
  stop(): Promise<void>
}
