import { limits } from '../limits.ts'
import { bits, childOf, type KeywordAction } from './automaton.ts'
import { fold, labelOfUnit } from './fold.ts'
import { eachRow, type KeywordList, labelsOf, type Matcher } from './matcher.ts'
import { type Budget, occurrence } from './pattern.ts'

/** What stands for a word that is replaced. */
const replacement = '***'

/** A word that a message holds. `word` is as it is stored, without width and case. */
export interface Hit {
  list: KeywordList
  word: string
}

/** What was found in a text. */
export interface Found {
  action: KeywordAction
  /** Each once. */
  hits: Hit[]
  /** The text with what is replaced, where `action` is `replace`. */
  text: string
}

/** What is gathered about one text while it is read. */
interface Gathering {
  text: string
  matcher: Matcher
  budget: Budget
  /** Bits of the lists whose words are there. */
  mask: number
  /** Rows that are known to be there, and to be looked for no more. */
  rows: Set<number>
  hits: Hit[]
  /** Where replaced words begin and end, in the order of their ends. */
  spans: [start: number, end: number][]
  folded?: ReturnType<typeof labelsOf>
}

const mostHits = limits.keywordHits.value

/** Holds a text against all words; undefined where it holds none of them. One pass, without an allocation where nothing is there. */
export function check(matcher: Matcher, text: string): Found | undefined {
  const { automaton } = matcher
  const { root, fail, mask } = automaton
  let gathering: Gathering | undefined
  let node = 0
  for (let at = 0; at < text.length; at += 1) {
    const label = labelOfUnit[text.charCodeAt(at)] as number
    if (label === 0) continue
    for (;;) {
      if (node === 0) {
        node = root[label] as number
        break
      }
      const child = childOf(automaton, node, label)
      if (child !== 0) {
        node = child
        break
      }
      node = fail[node] as number
    }
    if (mask[node] !== 0) {
      gathering ??= {
        text,
        matcher,
        budget: { steps: limits.keywordSteps.value },
        mask: 0,
        rows: new Set(),
        hits: [],
        spans: [],
      }
      gather(gathering, node, at)
    }
  }
  return gathering && found(gathering)
}

/** Where the `length` looked-at characters that end with the one at `at` begin. */
function startOf(text: string, at: number, length: number): number {
  let start = at
  for (let left = length - 1; left > 0; ) {
    start -= 1
    if (labelOfUnit[text.charCodeAt(start)] !== 0) left -= 1
  }
  return start
}

/** Notes which words end at a place of a text. The actions of their lists are known at once; which words they are, while there is time. */
function gather(gathering: Gathering, node: number, at: number): void {
  const { matcher, budget, rows, text } = gathering
  const { mask, longest } = matcher.automaton
  gathering.mask |= (mask[node] as number) & ~bits.isAnchor
  const length = longest[node] as number
  if (length > 0) gathering.spans.push([startOf(text, at, length), at + 1])
  eachRow(matcher, node, (row) => {
    budget.steps -= 1
    if (budget.steps <= 0) return false
    if (rows.has(row)) return true
    if (rows.size < 64 * mostHits) rows.add(row)
    if (matcher.bitsOf[row] === bits.isAnchor) lookFor(gathering, row)
    else note(gathering, row, fold(text.slice(startOf(text, at, lengthOf(matcher, row)), at + 1)))
    return true
  })
}

const lengthOf = ({ words: { starts } }: Matcher, row: number): number =>
  (starts[row + 1] as number) - (starts[row] as number)

function note({ matcher, hits }: Gathering, row: number, word: string): void {
  const list = matcher.lists[matcher.listOf[row] as number]
  if (list && hits.length < mostHits) hits.push({ list, word })
}

/** Looks for a word with wildcards whose anchor is there; once in a text. */
function lookFor(gathering: Gathering, row: number): void {
  const { matcher, budget, text, spans } = gathering
  const known = matcher.patterns.get(row)
  const list = matcher.lists[matcher.listOf[row] as number]
  if (!known || !list) return
  gathering.folded ??= labelsOf(text)
  const { labels, places } = gathering.folded
  let place = occurrence(known.pattern, labels, 0, budget)
  if (!place) return
  gathering.mask |= bits[list.action]
  note(gathering, row, known.word)
  if (list.action !== 'replace') return
  for (; place; place = occurrence(known.pattern, labels, place.end, budget))
    spans.push([places[place.start] as number, (places[place.end - 1] as number) + 1])
}

/** The text with each run of words that touch replaced. */
function replaced({ text, spans }: Gathering): string {
  let out = ''
  let done = 0
  let open: [number, number] | undefined
  const close = () => {
    if (open) out += text.slice(done, open[0]) + replacement
    done = open?.[1] ?? done
  }
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    if (open && start <= open[1]) {
      open[1] = Math.max(open[1], end)
      continue
    }
    close()
    open = [start, end]
  }
  close()
  return out + text.slice(done)
}

function found(gathering: Gathering): Found | undefined {
  const { mask, hits, text } = gathering
  if (mask === 0) return undefined
  if ((mask & bits.refuse) !== 0) return { action: 'refuse', hits, text }
  if ((mask & bits.replace) !== 0) return { action: 'replace', hits, text: replaced(gathering) }
  return { action: 'report', hits, text }
}
