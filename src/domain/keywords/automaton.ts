import { labelOfUnit } from './fold.ts'

/** What happens to a message that holds a word of a list: `report` lets it pass. */
export const keywordActions = ['report', 'replace', 'refuse'] as const
export type KeywordAction = (typeof keywordActions)[number]

/** Bits of a node: the actions of the words that end there; `isAnchor`: a word with wildcards is to be looked for. */
export const bits = { report: 1, replace: 2, refuse: 4, isAnchor: 8 } as const

/** Rows of words, sorted by anchor, as the automaton is built of them. */
export interface SortedWords {
  /** Labels of all anchors, one after the other, and where each begins; one place more than rows. */
  labels: Uint16Array
  starts: Uint32Array
  /** Of each row: bits of its list. */
  bits: Uint8Array
  rows: number
}

/**
 * An Aho-Corasick automaton in flat arrays (docs/adr/0088). Nodes are numbered breadth first, so the children of a node
 * are `first` of the node up to `first` of the next one, sorted by label. About 20 bytes a node.
 */
export interface Automaton {
  label: Uint16Array
  first: Uint32Array
  fail: Uint32Array
  /** The next node, by failure links, at which words end; 0 = none. */
  next: Uint32Array
  /** Of the words that end here or at a node of `next`. */
  mask: Uint8Array
  /** Length of the longest of them that is replaced. */
  longest: Uint8Array
  /** The first row that ends here, plus one; 0 = none. */
  row: Uint32Array
  /** Children of the root by label. */
  root: Uint32Array
}

/** Called between two steps of work; a promise is waited for. */
export type Pause = () => undefined | Promise<void>

/** Nodes after which work pauses. */
const slice = 2048

/** The child of a node by a label; 0 = none. */
export function childOf({ label, first }: Automaton, node: number, wanted: number): number {
  let low = first[node] as number
  let high = first[node + 1] as number
  while (high - low > 4) {
    const middle = (low + high) >>> 1
    if ((label[middle] as number) > wanted) high = middle
    else low = middle
  }
  for (let at = low; at < high; at += 1) if (label[at] === wanted) return at
  return 0
}

/** The node after `node` for a label, by failure links where there is no child. */
function step(automaton: Automaton, from: number, wanted: number): number {
  const { fail, root } = automaton
  let node = from
  while (node !== 0) {
    const child = childOf(automaton, node, wanted)
    if (child !== 0) return child
    node = fail[node] as number
  }
  return root[wanted] as number
}

/** Labels of folded texts, one after the other. */
export function addLabels(text: string, to: Uint16Array, at: number): void {
  for (let place = 0; place < text.length; place += 1)
    to[at + place] = labelOfUnit[text.charCodeAt(place)] as number
}

/** Nodes of the tree of anchors, the root included: each anchor adds what it does not share with the one before. */
async function countNodes({ labels, starts, rows }: SortedWords, pause: Pause): Promise<number> {
  let nodes = 1
  for (let row = 0; row < rows; row += 1) {
    if (row % slice === 0) await pause()
    const [before, start, end] = [starts[row - 1] ?? 0, starts[row] as number, starts[row + 1] as number]
    let shared = 0
    if (row > 0)
      while (
        before + shared < start &&
        start + shared < end &&
        labels[before + shared] === labels[start + shared]
      )
        shared += 1
    nodes += end - start - shared
  }
  return nodes
}

const empty = (nodes: number): Automaton => ({
  label: new Uint16Array(nodes),
  first: new Uint32Array(nodes + 1),
  fail: new Uint32Array(nodes),
  next: new Uint32Array(nodes),
  mask: new Uint8Array(nodes),
  longest: new Uint8Array(nodes),
  row: new Uint32Array(nodes),
  root: new Uint32Array(0x1_00_00),
})

/** Builds the automaton of sorted anchors, with a pause now and then. */
export async function buildAutomaton(words: SortedWords, pause: Pause): Promise<Automaton> {
  const { labels, starts, rows } = words
  const nodes = await countNodes(words, pause)
  const automaton = empty(nodes)
  const { label, first, fail, root } = automaton
  // The rows below each node: a range, as they are sorted.
  const low = new Uint32Array(nodes)
  const high = new Uint32Array(nodes)
  high[0] = rows
  let made = 1
  let depth = 0
  let endOfLevel = 1
  for (let node = 0; node < nodes; node += 1) {
    if (node % slice === 0) await pause()
    if (node === endOfLevel) {
      depth += 1
      endOfLevel = made
    }
    first[node] = made
    let at = low[node] as number
    const end = high[node] as number
    while (at < end && (starts[at + 1] as number) - (starts[at] as number) === depth) at += 1
    while (at < end) {
      const wanted = labels[(starts[at] as number) + depth] as number
      const from = at
      while (at < end && labels[(starts[at] as number) + depth] === wanted) {
        at += 1
        if ((at - from) % (64 * slice) === 0) await pause()
      }
      label[made] = wanted
      low[made] = from
      high[made] = at
      if (node === 0) root[wanted] = made
      else fail[made] = step(automaton, fail[node] as number, wanted)
      finish(words, automaton, made, from, at, depth + 1)
      made += 1
    }
  }
  first[nodes] = made
  if (made !== nodes) throw new Error('the words are not sorted')
  return automaton
}

/** Notes what ends at a new node, whose failure link is known: of its own rows, and of those that its link leads to. */
function finish(
  { starts, bits: bitsOf }: SortedWords,
  { fail, next, mask, longest, row }: Automaton,
  node: number,
  low: number,
  high: number,
  depth: number,
): void {
  const link = fail[node] as number
  next[node] = row[link] !== 0 ? link : (next[link] as number)
  mask[node] = mask[link] as number
  longest[node] = longest[link] as number
  if ((starts[low + 1] as number) - (starts[low] as number) !== depth) return
  row[node] = low + 1
  for (let at = low; at < high && (starts[at + 1] as number) - (starts[at] as number) === depth; at += 1) {
    mask[node] = (mask[node] as number) | (bitsOf[at] as number)
    if (((bitsOf[at] as number) & (bits.replace | bits.isAnchor)) === bits.replace) longest[node] = depth
  }
}
