import { AggregatorRegistry, collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import { limits } from '../domain/limits.ts'
import { kinds, type Register, type SentMetric, type Value } from './readings.ts'

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

  const register: Register = (type, name, help, read) => {
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
    ...kinds(register),

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
