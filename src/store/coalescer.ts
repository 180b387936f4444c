import { batcher } from './batcher.ts'

interface Call<Input, Output> {
  input: Input
  resolve(output: Output): void
  reject(error: unknown): void
}

/** Coalesces calls that are made at the same time into one statement; `run` returns their results in order. */
export function coalesce<Input, Output>(
  run: (inputs: Input[]) => Promise<Output[]>,
  limit: number,
  patienceMs: number,
): (input: Input) => Promise<Output> {
  const add = batcher<Call<Input, Output>>(
    async (calls) => {
      try {
        const outputs = await run(calls.map(({ input }) => input))
        for (const [index, { resolve }] of calls.entries()) resolve(outputs[index] as Output)
      } catch (error) {
        for (const { reject } of calls) reject(error)
      }
    },
    { limit, patienceMs },
  )
  return (input) => new Promise((resolve, reject) => add({ input, resolve, reject }))
}

interface Keys {
  app: number
  keys: string[]
}

/** Coalesces look-ups by key: one statement per app, with each key once. */
export function coalesceKeys<Row>(
  find: (app: number, keys: string[]) => Promise<Row[]>,
  keyOf: (row: Row) => string,
  patienceMs: number,
): (input: Keys) => Promise<Row[]> {
  return coalesce(
    async (inputs) => {
      const wanted = new Map<number, Set<string>>()
      for (const { app, keys } of inputs) {
        const known = wanted.get(app) ?? new Set()
        wanted.set(app, known)
        for (const key of keys) known.add(key)
      }
      const found = new Map<number, Map<string, Row>>()
      const findOf = async ([app, keys]: [number, Set<string>]) => {
        const rows = await find(app, [...keys])
        found.set(app, new Map(rows.map((row) => [keyOf(row), row])))
      }
      await Promise.all([...wanted].map(findOf))
      return inputs.map(({ app, keys }) => keys.flatMap((key) => found.get(app)?.get(key) ?? []))
    },
    500,
    patienceMs,
  )
}

/** Coalesces equal calls that are made at the same time into one. */
export function coalesceEqual<Given extends unknown[], Output>(
  run: (...given: Given) => Promise<Output>,
  patienceMs: number,
): (...given: Given) => Promise<Output> {
  const once = coalesce<Given, Output>(
    async (inputs) => {
      const outputs = new Map<string, Promise<Output>>()
      return Promise.all(
        inputs.map((given) => {
          const key = JSON.stringify(given)
          const output = outputs.get(key) ?? run(...given)
          outputs.set(key, output)
          return output
        }),
      )
    },
    500,
    patienceMs,
  )
  return (...given) => once(given)
}
