/** A muted user. */
export interface Mute {
  username: string
  expiresMs: number
}

/** A mute as the event log stores it; `expires` in Unix ms. */
export interface LoggedMute {
  username: string
  expires: number
}

/** The end of a mute that has none, in Unix ms: the reference's date for it. */
export const foreverMs = 4_638_873_600_000

/** When a mute of `durationMs` that begins at `nowMs` (Unix ms) ends; -1 = for ever, 0 = it ends at once. */
export function muteEnd(nowMs: number, durationMs: number): number {
  if (durationMs === 0) return 0
  return durationMs === -1 ? foreverMs : Math.min(nowMs + durationMs, foreverMs)
}

/** Those who were muted before a change, as the log of events has them. */
export const mutedBefore = (muted: Mute[]): { muted: LoggedMute[] } | undefined =>
  muted.length === 0
    ? undefined
    : { muted: muted.map(({ username, expiresMs }) => ({ username, expires: expiresMs })) }

/** Whole seconds for which a mute that ends at `endMs` goes on at `nowMs` (Unix ms); -1 = for ever, 0 = it is over. */
export function secondsLeft(endMs: number, nowMs: number): number {
  if (endMs >= foreverMs) return -1
  return Math.max(0, Math.ceil((endMs - nowMs) / 1000))
}

/** What a user can be muted in everywhere: single chats, groups and chat rooms. */
export const muteKinds = ['chat', 'groupchat', 'chatroom'] as const
export type MuteKind = (typeof muteKinds)[number]

/** Unix ms until which a user is muted in the whole app; 0 or the past when it is not. */
export type AppMutes = Readonly<Record<MuteKind, number>>

/** Shared by all users who are not muted anywhere. */
export const noAppMutes: AppMutes = { chat: 0, groupchat: 0, chatroom: 0 }
