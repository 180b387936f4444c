import { exportIn } from './otlp-protobuf.ts'
import { until } from './until.ts'

/** A span as OTLP has it in JSON, with its attributes as an object. */
interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  service: string
  attributes: Record<string, unknown>
}

export interface Attribute {
  key: string
  value: Record<string, unknown>
}

export interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: { spans: (Omit<Span, 'attributes' | 'service'> & { attributes: Attribute[] })[] }[]
  }[]
}

const objectOf = (attributes: Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** A collector of OpenTelemetry: takes spans by OTLP over HTTP. */
export function aCollector() {
  const spans: Span[] = []
  const contentTypes = new Set<string>()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const type = request.headers.get('content-type') ?? ''
      contentTypes.add(type)
      const { resourceSpans } =
        type === 'application/json'
          ? ((await request.json()) as Export)
          : exportIn(new Uint8Array(await request.arrayBuffer()))
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = String(objectOf(resource.attributes)['service.name'])
        for (const span of scopeSpans.flatMap((each) => each.spans))
          spans.push({ ...span, service, attributes: objectOf(span.attributes) })
      }
      return new Response(type === 'application/json' ? '{}' : '', { headers: { 'content-type': type } })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans,
    /** In which forms they came. */
    contentTypes,
    /** Waits for a span, and returns it. */
    async span(matches: (span: Span) => boolean): Promise<Span> {
      await until(() => spans.some(matches))
      return spans.find(matches) as Span
    },
    stop: () => server.stop(true),
  }
}
