import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Metrics } from './metrics.ts'
import { kinds, type SentMetric, type Value } from './readings.ts'

const one = (value: number): Value[] => [{ labels: {}, value }]

/**
 * What another thread than the first counts, for the first one to add to its own: without the library that writes it for
 * Prometheus, which takes some MiB in each thread.
 */
export function metricsOfThread(): Metrics {
  const all = new Map<string, () => Promise<SentMetric>>()
  const register: Parameters<typeof kinds>[0] = (type, name, help, read) =>
    void all.set(name, async () => ({ name, help, type, aggregator: 'sum', values: await read() }))
  const own = () => Promise.all([...all.values()].map((read) => read()))

  const heap = (name: string, help: string, read: () => number): void =>
    register('gauge', `nodejs_heap_size_${name}_bytes`, help, () => one(read()))
  heap('total', 'Process heap size from Node.js in bytes.', () => process.memoryUsage().heapTotal)
  heap('used', 'Process heap size used from Node.js in bytes.', () => process.memoryUsage().heapUsed)

  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const lag = (name: string, help: string, ns: () => number): void =>
    register('gauge', `nodejs_eventloop_lag_${name}_seconds`, help, () => one(ns() / 1e9))
  lag('min', 'The minimum recorded event loop delay.', () => delay.min)
  lag('max', 'The maximum recorded event loop delay.', () => delay.max)
  lag('mean', 'The mean of the recorded event loop delays.', () => delay.mean)
  lag('stddev', 'The standard deviation of the recorded event loop delays.', () => delay.stddev)
  for (const share of [50, 90, 99])
    lag(`p${share}`, `The ${share}th percentile of the recorded event loop delays.`, () =>
      delay.percentile(share),
    )

  return {
    ...kinds(register),
    read: async (name) => (await all.get(name)?.())?.values ?? [],
    text: () => Promise.reject(new Error('the first thread writes the metrics of all')),
    async own() {
      const metrics = await own()
      delay.reset()
      return metrics
    },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  }
}
