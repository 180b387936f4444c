import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import { limits } from '../domain/limits.ts'

type Labels = Record<string, string | number>

/** What is read at a scrape: one number, or one for each set of labels. */
type Reading = number | [labels: Labels, value: number][]

/** Durations that were counted in buckets. */
export interface Distribution {
  labels: Labels
  /** Upper bound of each bucket, in seconds; `buckets` has one more, for what is above them all. */
  bounds: readonly number[]
  buckets: readonly number[]
  /** All of them together, in seconds. */
  seconds: number
}

/** One row of a metric. */
export interface Value {
  metricName?: string
  labels: Labels
  value: number
}

const valuesOf = (reading: Reading): Value[] =>
  typeof reading === 'number'
    ? [{ labels: {}, value: reading }]
    : reading.map(([labels, value]) => ({ labels, value }))

function distributionValues(name: string, { labels, bounds, buckets, seconds }: Distribution): Value[] {
  let count = 0
  const rows = buckets.map((more, index) => {
    count += more
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: count }
  })
  return [
    ...rows,
    { metricName: `${name}_sum`, labels, value: seconds },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

/** Defaults that walk the heap on each scrape: 20 ms with half a million objects, for what the heap's size shows too. */
const dear = ['total', 'used', 'available'].map((part) => `nodejs_heap_space_size_${part}_bytes`)

/** Renders a text at most so many times a second; further requests get the last one. */
function fewEachSecond(make: () => Promise<string>): () => Promise<string> {
  let last = Promise.resolve('')
  let second = -1
  let made = 0
  return () => {
    const now = Math.floor(performance.now() / 1000)
    if (now !== second) {
      second = now
      made = 0
    }
    if (made >= limits.metricsMade.value) return last
    made += 1
    last = make()
    return last
  }
}

/**
 * What Prometheus reads. Whoever has a number registers how to read it, and only counts: nothing is
 * done for metrics until they are scraped.
 */
export function metrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of dear) registry.removeSingleMetric(name)

  function register(type: string, name: string, help: string, read: () => Value[] | Promise<Value[]>): void {
    const metric = {
      name,
      get: async () => ({ name, help, type, aggregator: 'sum', values: await read() }),
    }
    registry.registerMetric(metric as unknown as Metric)
  }

  return {
    /** A number that only rises; by custom its name ends in `_total`. */
    counter: (name: string, help: string, read: () => Reading): void =>
      register('counter', name, help, () => valuesOf(read())),

    /** A number that rises and falls. */
    gauge: (name: string, help: string, read: () => Reading | Promise<Reading>): void =>
      register('gauge', name, help, async () => valuesOf(await read())),

    /** Durations; by custom its name ends in `_seconds`. */
    histogram: (name: string, help: string, read: () => Distribution[]): void =>
      register('histogram', name, help, () => read().flatMap((each) => distributionValues(name, each))),

    /** The rows of one metric; none where there is no such metric. */
    async read(name: string): Promise<Value[]> {
      const metric = registry.getSingleMetric(name)
      // The types leave out what every metric has.
      const { values } = (await (
        metric as { get?(): Promise<{ values: Value[] }> } | undefined
      )?.get?.()) ?? { values: [] }
      return values
    },

    /** Everything in the text format of Prometheus. */
    text: fewEachSecond(() => registry.metrics()),
    contentType: registry.contentType,
  }
}

export type Metrics = ReturnType<typeof metrics>
