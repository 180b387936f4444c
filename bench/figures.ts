/** One figure of a run: what was measured, against what limit, and the bar if there is one. */
export interface Figure {
  /** What was measured, in the reader's words. */
  what: string
  /** At how many rooms, or other circumstances. */
  at: string
  /** The measured value of each round, in `unit`. */
  values: number[]
  unit: string
  /** The limit's value of each round, in the same unit, where the figure is a ratio to one. */
  limits?: number[]
  /** What the limit is. */
  limit?: string
  bar?: Bar
}

/** What a figure must reach: its ratio to the limit, or its value where it has none. */
export interface Bar {
  at: 'least' | 'most'
  value: number
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** A figure as its bar sees it, round by round: ratios to the limit, or the values themselves. */
export const judged = ({ values, limits }: Figure): number[] =>
  limits ? values.map((value, round) => value / (limits[round] ?? Number.NaN)) : values

/** Whether a figure reaches its bar; undefined without one. */
export function reaches(figure: Figure): boolean | undefined {
  if (!figure.bar) return undefined
  const value = median(judged(figure))
  return figure.bar.at === 'least' ? value >= figure.bar.value : value <= figure.bar.value
}

/** How what something costs has changed. */
interface Change {
  /** The median of the ratios of rounds that were measured together. */
  ratio: number
  /** The least and the greatest of these ratios but for one each: of eleven rounds, the median of all lies between them in 99 of 100 cases. */
  low: number
  high: number
  /** It costs more, and not by chance: the whole of that is above 1.02. */
  isFall: boolean
}

/** Compares costs round by round: what disturbs the machine for longer than a round disturbs both. */
export function changeOf(before: number[], after: number[]): Change {
  const ratios = after.map((cost, round) => cost / (before[round] ?? Number.NaN)).sort((a, b) => a - b)
  const low = ratios[1] ?? Number.NaN
  const high = ratios.at(-2) ?? Number.NaN
  return { ratio: median(ratios), low, high, isFall: low > 1.02 }
}
