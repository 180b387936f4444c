// How whoever has a number registers it as a metric; the number is read at each scrape.

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

/** A metric with its rows, as one thread sends it to another. */
export interface SentMetric {
  name: string
  help: string
  type: string
  aggregator: string
  values: Value[]
}

export type Register = (
  type: string,
  name: string,
  help: string,
  read: () => Value[] | Promise<Value[]>,
) => void

/** The kinds of metrics, on whatever registers them. */
export const kinds = (register: Register) => ({
  /** A number that only rises; by custom its name ends in `_total`. */
  counter: (name: string, help: string, read: () => Reading): void =>
    register('counter', name, help, () => valuesOf(read())),

  /** A number that rises and falls. */
  gauge: (name: string, help: string, read: () => Reading | Promise<Reading>): void =>
    register('gauge', name, help, async () => valuesOf(await read())),

  /** Durations; by custom its name ends in `_seconds`. */
  histogram: (name: string, help: string, read: () => Distribution[]): void =>
    register('histogram', name, help, () => read().flatMap((each) => distributionValues(name, each))),
})
