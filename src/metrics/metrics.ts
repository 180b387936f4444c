import { AggregatorRegistry, collectDefaultMetrics, type Metric, Registry } from 'prom-client'
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

/** A metric with its rows, as one thread sends it to another. */
export interface SentMetric {
  name: string
  help: string
  type: string
  aggregator: string
  values: Value[]
}

/** Names of what each thread has a figure of its own for; all others are the process's. */
const ofThreads = /^(chatroomd_|nodejs_heap_size_|nodejs_eventloop_lag_)/

/** How the figures of several threads become one: the slowest event loop counts. */
function aggregatorOf({ name, aggregator }: SentMetric): string {
  if (name.startsWith('nodejs_eventloop_lag_')) return 'max'
  return aggregator === 'omit' ? 'first' : aggregator
}

/** The metrics of all threads as one. */
function together(sent: SentMetric[][]): Registry {
  const all = sent.map((metrics) => metrics.map((each) => ({ ...each, aggregator: aggregatorOf(each) })))
  return AggregatorRegistry.aggregate(all)
}

/**
 * What Prometheus reads. Whoever has a number registers how to read it, and only counts: nothing is
 * done for metrics until they are scraped. `others` has what the other threads of this process count.
 */
export function metrics(others?: () => Promise<SentMetric[][]>) {
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

  /** Every metric of this thread, also those that are the process's. */
  const own = async () => (await registry.getMetricsAsJSON()) as unknown as SentMetric[]

  /** Of all threads. */
  const whole = async (): Promise<Registry> =>
    others ? together([await own(), ...(await others())]) : registry

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
      const metric = (await whole()).getSingleMetric(name)
      // The types leave out what every metric has.
      const { values } = (await (
        metric as { get?(): Promise<{ values: Value[] }> } | undefined
      )?.get?.()) ?? { values: [] }
      return values
    },

    /** Everything in the text format of Prometheus. */
    text: fewEachSecond(async () => (await whole()).metrics()),
    /** What this thread counts, to be added to what others do. */
    own: async () => (await own()).filter(({ name }) => ofThreads.test(name)),
    contentType: registry.contentType,
  }
}

export type Metrics = ReturnType<typeof metrics>
