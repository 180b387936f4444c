import {
  type Automaton,
  addLabels,
  bits,
  buildAutomaton,
  type KeywordAction,
  type Pause,
  type SortedWords,
} from './automaton.ts'
import { labelOfUnit, prepareLabels } from './fold.ts'
import { type Pattern, patternOf } from './pattern.ts'

/** A list, as far as messages are held against it. */
export interface KeywordList {
  id: string
  action: KeywordAction
}

/** A word of a list as it is stored, without width and case. */
export interface StoredKeyword {
  list: string
  word: string
  anchor: string
}

/** Everything that the messages of an app are held against. */
export interface Matcher {
  automaton: Automaton
  lists: readonly KeywordList[]
  /** By row: the list, and where the row is that of a word with wildcards, its pattern. */
  listOf: Uint8Array
  bitsOf: Uint8Array
  patterns: ReadonlyMap<number, { word: string; pattern: Pattern }>
  /** By row: where its anchor stands in `labels`; 1 in `isLast` ends the rows of one anchor. */
  words: SortedWords
  isLast: Uint8Array
}

/** What the messages of one app are held against; shared by all of its users. */
export interface AppKeywords {
  matcher: Matcher | undefined
}

/** What the messages of an app are held against, by its number; undefined where there are no words. */
export type KeywordsOf = (app: number) => Matcher | undefined

const growing = <A extends Uint8Array | Uint16Array | Uint32Array>(array: A, needed: number): A => {
  if (needed <= array.length) return array
  const grown = new (array.constructor as new (length: number) => A)(Math.max(needed, array.length * 2))
  grown.set(array)
  return grown
}

/**
 * Builds a matcher of lists and their words, which come sorted by anchor, with a pause now and then. Undefined where
 * there are no words.
 */
export async function buildMatcher(
  lists: readonly KeywordList[],
  pages: AsyncIterable<readonly StoredKeyword[]>,
  pause: Pause,
): Promise<Matcher | undefined> {
  prepareLabels()
  const numbers = new Map(lists.map(({ id }, number) => [id, number]))
  const patterns = new Map<number, { word: string; pattern: Pattern }>()
  let labels = new Uint16Array(1024)
  let starts = new Uint32Array(256)
  let listOf = new Uint8Array(256)
  let bitsOf = new Uint8Array(256)
  let isLast = new Uint8Array(256)
  let rows = 0
  let before: string | undefined
  for await (const page of pages) {
    await pause()
    for (const { list, word, anchor } of page) {
      const number = numbers.get(list)
      const start = starts[rows] as number
      if (number === undefined) continue
      labels = growing(labels, start + anchor.length)
      starts = growing(starts, rows + 2)
      listOf = growing(listOf, rows + 1)
      bitsOf = growing(bitsOf, rows + 1)
      isLast = growing(isLast, rows + 1)
      addLabels(anchor, labels, start)
      starts[rows + 1] = start + anchor.length
      listOf[rows] = number
      bitsOf[rows] = bits[(lists[number] as KeywordList).action]
      if (word !== anchor) {
        bitsOf[rows] = bits.isAnchor
        patterns.set(rows, { word, pattern: patternOf(word) })
      }
      if (rows > 0 && before !== anchor) isLast[rows - 1] = 1
      before = anchor
      rows += 1
    }
  }
  if (rows === 0) return undefined
  isLast[rows - 1] = 1
  const words = { labels, starts, bits: bitsOf, rows }
  return { automaton: await buildAutomaton(words, pause), lists, listOf, bitsOf, patterns, words, isLast }
}

/** Rows of the words that end at a node, the longest first; `visit` returns whether to go on. */
export function eachRow(
  { automaton: { row, next }, isLast }: Matcher,
  node: number,
  visit: (row: number) => boolean,
): void {
  for (let at = row[node] === 0 ? (next[node] as number) : node; at !== 0; at = next[at] as number) {
    for (let place = (row[at] as number) - 1; ; place += 1) {
      if (!visit(place)) return
      if (isLast[place] === 1) break
    }
  }
}

/** Labels of a text without what is ignored, and where each stood. */
export function labelsOf(text: string): { labels: Uint16Array; places: Uint32Array } {
  const labels = new Uint16Array(text.length)
  const places = new Uint32Array(text.length + 1)
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const label = labelOfUnit[text.charCodeAt(at)] as number
    if (label === 0) continue
    labels[count] = label
    places[count] = at
    count += 1
  }
  places[count] = text.length
  return { labels: labels.subarray(0, count), places }
}
