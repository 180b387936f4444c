import { timingSafeEqual } from 'node:crypto'

/** Whether two texts are the same; in constant time for texts of one length. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
