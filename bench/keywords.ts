import { check } from '../src/domain/keywords/check.ts'
import { buildMatcher } from '../src/domain/keywords/matcher.ts'
import { keywordsOf } from '../src/domain/keywords/word.ts'
import type { Figure } from './figures.ts'

/** How much is measured. */
export interface KeywordSize {
  lists: number
  words: number
  rounds: number
  messages: number
}

const some = (most: number): number => Math.floor(Math.random() * most)
const han = (): string => String.fromCharCode(0x4e00 + some(3000))
const latin = (): string => String.fromCharCode(97 + some(26))
const text = (length: number, letter: () => string): string => Array.from({ length }, letter).join('')
const word = (): string => (Math.random() < 0.6 ? text(2 + some(4), han) : text(4 + some(8), latin))

/** A matcher of so many lists and words, with how long it took and the longest time without a pause, in ms. */
async function built({ lists, words }: KeywordSize) {
  const rows = Array.from({ length: lists }, (_, list) =>
    keywordsOf(Array.from({ length: words }, word)).map((each) => ({ list: `${list}`, ...each })),
  ).flat()
  rows.sort((a, b) => Buffer.compare(Buffer.from(a.anchor), Buffer.from(b.anchor)))
  async function* pages() {
    for (let at = 0; at < rows.length; at += 1000) yield rows.slice(at, at + 1000)
  }
  const begun = performance.now()
  let since = begun
  let longest = 0
  const matcher = await buildMatcher(
    Array.from({ length: lists }, (_, list) => ({ id: `${list}`, action: 'refuse' as const })),
    pages(),
    () => {
      const slice = performance.now() - since
      if (slice < 2) return undefined
      longest = Math.max(longest, slice)
      return new Promise<void>((resolve) =>
        setImmediate(() => {
          since = performance.now()
          resolve()
        }),
      )
    },
  )
  if (!matcher) throw new Error('there are no words')
  return { matcher, tookMs: performance.now() - begun, longest }
}

/** What a message costs that is held against keywords, and what it costs to read these anew. */
export async function measureKeywords(size: KeywordSize): Promise<Figure[]> {
  const at = `${size.lists} lists of ${size.words} words`
  const texts = { Latin: text(500, () => (some(7) === 0 ? ' ' : latin())), Chinese: text(500, han) }
  const costs: Record<string, number[]> = { Latin: [], Chinese: [] }
  const [took, slices]: [number[], number[]] = [[], []]
  for (let round = 0; round < size.rounds; round += 1) {
    const { matcher, tookMs, longest } = await built(size)
    took.push(tookMs)
    slices.push(longest)
    for (const [script, message] of Object.entries(texts)) {
      const begun = performance.now()
      for (let sent = 0; sent < size.messages; sent += 1) check(matcher, message)
      costs[script]?.push(((performance.now() - begun) * 1000) / size.messages)
    }
  }
  const bar = { at: 'most', value: 20 } as const
  return [
    ...Object.entries(costs).map(
      ([script, values]): Figure => ({
        what: `a message of 500 characters, ${script}`,
        at,
        values,
        unit: 'µs',
        bar,
      }),
    ),
    { what: 'reading the lists anew', at, values: took, unit: 'ms' },
    { what: 'longest time of that without a pause', at, values: slices, unit: 'ms' },
  ]
}
