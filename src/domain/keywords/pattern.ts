import { isLowSurrogate, labelOfUnit } from './fold.ts'
import { anyOne, anyRun } from './word.ts'

/** Steps that are left for one message: what they count costs time. */
export interface Budget {
  steps: number
}

/** No label: one character, whatever it is. */
const one = -1

/** A word with wildcards: its pieces, between which is anything, in labels. */
export type Pattern = readonly (readonly number[])[]

/** The pattern of a folded word. */
export const patternOf = (word: string): Pattern =>
  word.split(anyRun).map((piece) => Array.from({ length: piece.length }, (_, at) => labelAt(piece, at)))

const labelAt = (piece: string, at: number): number =>
  piece[at] === anyOne ? one : (labelOfUnit[piece.charCodeAt(at)] as number)

/** Where a piece that begins at `from` ends; -1 when it is not there. */
function endOf(piece: readonly number[], text: Uint16Array, from: number): number {
  let at = from
  for (const label of piece) {
    if (at >= text.length) return -1
    if (label === one) {
      at += 1
      if (at < text.length && isLowSurrogate(text[at] as number)) at += 1
    } else if (text[at] === label) at += 1
    else return -1
  }
  return at
}

/** The first place of a piece from `from` on. */
function find(piece: readonly number[], text: Uint16Array, from: number, budget: Budget) {
  for (let start = from; start < text.length && budget.steps > 0; start += 1) {
    budget.steps -= 1
    if (isLowSurrogate(text[start] as number)) continue
    const end = endOf(piece, text, start)
    if (end >= 0) {
      budget.steps -= piece.length
      return { start, end }
    }
  }
  return undefined
}

/**
 * The first occurrence of a pattern in a text of labels from `from` on. Each piece is taken where it comes first: if the
 * pattern is there at all, it is there so, and no piece is ever looked for twice.
 */
export function occurrence(
  pattern: Pattern,
  text: Uint16Array,
  from: number,
  budget: Budget,
): { start: number; end: number } | undefined {
  let start: number | undefined
  let end = from
  for (const piece of pattern) {
    const found = find(piece, text, end, budget)
    if (!found) return undefined
    start ??= found.start
    end = found.end
  }
  return start === undefined ? undefined : { start, end }
}
