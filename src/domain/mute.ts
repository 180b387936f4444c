/** A muted user; `expires` in Unix ms. */
export interface Mute {
  username: string
  expires: number
}

/** The end of a mute that has none, in Unix ms: the reference's date for it. */
const foreverMs = 4_638_873_600_000

/** When a mute of `durationMs` that begins at `nowMs` (Unix ms) ends; -1 = for ever, 0 = it ends at once. */
export function muteEnd(nowMs: number, durationMs: number): number {
  if (durationMs === 0) return 0
  return durationMs === -1 ? foreverMs : Math.min(nowMs + durationMs, foreverMs)
}

/** What the log of events says of those who were muted before a change. */
export const mutedBefore = (muted: Mute[]): { muted: Mute[] } | undefined =>
  muted.length === 0 ? undefined : { muted }
