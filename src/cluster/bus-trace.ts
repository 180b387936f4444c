import type { Tracer } from '../domain/tracing.ts'

/** An encoded item that also names the span in which it was sent; nodes that trace nothing skip that. */
export function inTrace(text: string, tracer: Tracer | undefined): string {
  const traceparent = tracer?.traceparent()
  return traceparent === undefined ? text : `{"traceparent":"${traceparent}",${text.slice(1)}`
}

/** The span in which an encoded item was sent. */
export const traceparentOf = (text: string): string | undefined =>
  /^\{"traceparent":"([\da-f-]+)"/.exec(text)?.[1]
