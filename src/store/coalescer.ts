import { batcher } from './batcher.ts'

interface Call<Question, Answer> {
  question: Question
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Coalesces calls that are made at the same time into one statement; `ask` returns their results in order. */
export function coalesce<Question, Answer>(
  ask: (questions: Question[]) => Promise<Answer[]>,
  limit: number,
  patienceMs: number,
): (question: Question) => Promise<Answer> {
  const add = batcher<Call<Question, Answer>>(
    async (calls) => {
      try {
        const answers = await ask(calls.map(({ question }) => question))
        for (const [index, { resolve }] of calls.entries()) resolve(answers[index] as Answer)
      } catch (error) {
        for (const { reject } of calls) reject(error)
      }
    },
    { limit, patienceMs },
  )
  return (question) => new Promise((resolve, reject) => add({ question, resolve, reject }))
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
): (question: Keys) => Promise<Row[]> {
  return coalesce(
    async (questions) => {
      const wanted = new Map<number, Set<string>>()
      for (const { app, keys } of questions) {
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
      return questions.map(({ app, keys }) => keys.flatMap((key) => found.get(app)?.get(key) ?? []))
    },
    500,
    patienceMs,
  )
}

/** Coalesces equal calls that are made at the same time into one. */
export function coalesceEqual<Given extends unknown[], Answer>(
  ask: (...given: Given) => Promise<Answer>,
  patienceMs: number,
): (...given: Given) => Promise<Answer> {
  const once = coalesce<Given, Answer>(
    async (questions) => {
      const answers = new Map<string, Promise<Answer>>()
      return Promise.all(
        questions.map((given) => {
          const key = JSON.stringify(given)
          const answer = answers.get(key) ?? ask(...given)
          answers.set(key, answer)
          return answer
        }),
      )
    },
    500,
    patienceMs,
  )
  return (...given) => once(given)
}
