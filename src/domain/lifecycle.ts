import type { AppSettings } from './app-settings.ts'
import { failure } from './failures.ts'
import { limits } from './limits.ts'

/** Why a room is dissolved by itself. */
export type EndReason = 'idle_timeout' | 'empty_timeout' | 'expires_at'

/** What is set of the life of a room; 0 = never, or none. */
export interface Lifecycle {
  /** Without a message, a join or a write for so long. */
  idleTimeoutS: number
  /** With nobody but its owner in it for so long. */
  emptyTimeoutS: number
  /** How long before its end members are warned. */
  warnBeforeS: number
  /** Unix ms before which it is closed. */
  opensMs: number
  /** Unix ms from which on it is closed, and dissolved. */
  expiresMs: number
  /** It is never dissolved by itself. */
  keep: boolean
}

/** What a room sets itself; what is left out is as its app says. */
export type OwnLifecycle = Partial<Lifecycle>

const [shortestS, longestS] = [limits.shortestTimeout.value / 1000, limits.longestTimeout.value / 1000]
const latestMs = limits.latestInstant.value

const badTimeout = failure(
  'invalid_parameter',
  `idle_timeout and empty_timeout must be 0, or ${shortestS} to ${longestS} seconds`,
  {
    en: `\`idle_timeout\` or \`empty_timeout\` is neither 0 nor ${shortestS} to ${longestS}`,
    zh: `\`idle_timeout\` 或 \`empty_timeout\` 不是 0，也不在 ${shortestS} 到 ${longestS} 之间`,
  },
)

const badWarning = failure('invalid_parameter', `warn_before must be 0 to ${longestS} seconds`, {
  en: `\`warn_before\` is negative or over ${longestS}`,
  zh: `\`warn_before\` 为负数或超过 ${longestS}`,
})

const badInstant = failure(
  'invalid_parameter',
  `opens_at and expires_at must be 0 to ${latestMs}, in Unix ms`,
  {
    en: `\`opens_at\` or \`expires_at\` is negative or over ${latestMs}`,
    zh: `\`opens_at\` 或 \`expires_at\` 为负数或超过 ${latestMs}`,
  },
)

const neverOpen = failure('invalid_parameter', 'expires_at must be after opens_at', {
  en: '`expires_at` is not after `opens_at`',
  zh: '`expires_at` 不晚于 `opens_at`',
})

export const lifecycleFailures = [badTimeout, badWarning, badInstant, neverOpen] as const

/** Checks what a room is to set itself; null where that is nothing. */
export function checkedLifecycle(own: OwnLifecycle): OwnLifecycle | null {
  const { idleTimeoutS = 0, emptyTimeoutS = 0, warnBeforeS = 0, opensMs = 0, expiresMs = 0 } = own
  for (const timeoutS of [idleTimeoutS, emptyTimeoutS])
    if (timeoutS !== 0 && (timeoutS < shortestS || timeoutS > longestS)) throw badTimeout()
  if (warnBeforeS < 0 || warnBeforeS > longestS) throw badWarning()
  for (const ms of [opensMs, expiresMs]) if (ms < 0 || ms > latestMs) throw badInstant()
  if (expiresMs !== 0 && expiresMs <= opensMs) throw neverOpen()
  return Object.keys(own).length === 0 ? null : own
}

/** A room as far as its life depends on it. */
export interface Lived {
  /** Unix ms. */
  createdMs: number
  lifecycle: OwnLifecycle | null
}

/** The life of rooms that set nothing; those that are created after its end do not end then. */
const ofApp = (settings: AppSettings, createdMs: number): Lifecycle => ({
  idleTimeoutS: settings.roomIdleTimeout,
  emptyTimeoutS: settings.roomEmptyTimeout,
  warnBeforeS: settings.roomWarnBefore,
  opensMs: settings.roomsOpenAt,
  expiresMs: createdMs < settings.roomsExpireAt ? settings.roomsExpireAt : 0,
  keep: settings.keepRooms,
})

/** What holds for a room. */
export const lifecycleOf = (settings: AppSettings, { createdMs, lifecycle }: Lived): Lifecycle => ({
  ...ofApp(settings, createdMs),
  ...lifecycle,
})

/** Whether nobody joins a room or speaks there at `nowMs`: it is not open yet, or expired. Costs next to nothing where nothing is set. */
export function isClosed(settings: AppSettings, { createdMs, lifecycle }: Lived, nowMs: number): boolean {
  if (lifecycle === null && settings.roomsOpenAt === 0 && settings.roomsExpireAt === 0) return false
  const { opensMs, expiresMs, keep } = lifecycleOf(settings, { createdMs, lifecycle })
  return nowMs < opensMs || (expiresMs !== 0 && nowMs >= expiresMs && !keep)
}

/** What a room has lived through. Times by the store's steady clock, in Unix ms. */
export interface Life extends Lived {
  /** The last message, join or write that is known. */
  activeMs: number
  /** When the last but its owner left, as far as is known; null where somebody is in it. */
  emptiedMs: number | null
  /** When it is looked at next, by whichever clock is ahead; null = not before something happens, or is set. */
  dueMs: number | null
  /** The end of which its members were warned. */
  warnedMs: number | null
}

/** What time it is, by both clocks, and since when no node was lost, which may have known of activity. */
export interface Moment {
  /** By the wall clock: for instants that were set. */
  nowMs: number
  /** By the steady clock: for durations. */
  steadyMs: number
  /** By the steady clock. */
  interruptedMs: number
}

interface End {
  atMs: number
  reason: EndReason
}

/** Activity that nodes have not stored yet is younger than this. */
const unstoredMs = 3000

/** The end of a duration that began at `sinceMs`; clients have time to come back after an interruption. */
function afterwards(sinceMs: number, timeoutS: number, interruptedMs: number): number {
  const timeoutMs = timeoutS * 1000
  return Math.max(sinceMs + timeoutMs, interruptedMs + Math.min(timeoutMs, limits.returnTime.value))
}

/** When and why a room ends, if nothing happens in it; by the steady clock. */
export function endOf(set: Lifecycle, life: Life, moment: Moment): End | undefined {
  if (set.keep) return undefined
  // Instants are by the wall clock, which may have been set meanwhile.
  const ahead = moment.steadyMs - moment.nowMs
  const ends: End[] = []
  if (set.expiresMs > 0) ends.push({ atMs: set.expiresMs + ahead, reason: 'expires_at' })
  const add = (timeoutS: number, sinceMs: number, reason: EndReason) => {
    if (timeoutS === 0) return
    const begunMs = Math.max(sinceMs, set.opensMs === 0 ? 0 : set.opensMs + ahead)
    ends.push({ atMs: afterwards(begunMs, timeoutS, moment.interruptedMs), reason })
  }
  add(set.idleTimeoutS, life.activeMs, 'idle_timeout')
  if (life.emptiedMs !== null) add(set.emptyTimeoutS, life.emptiedMs, 'empty_timeout')
  return ends.reduce<End | undefined>(
    (first, end) => (first && first.atMs <= end.atMs ? first : end),
    undefined,
  )
}

/** How long before an end its members are warned: never before half of a timeout is over, or each message would bring a warning. */
function warningMs(set: Lifecycle, { reason }: End): number {
  if (reason === 'expires_at') return set.warnBeforeS * 1000
  const timeoutS = reason === 'idle_timeout' ? set.idleTimeoutS : set.emptyTimeoutS
  return Math.min(set.warnBeforeS, timeoutS / 2) * 1000
}

/** What is to be done with a room now, and when to look at it next. */
export type Step =
  | { kind: 'wait'; dueMs: number | null }
  | { kind: 'warn'; dueMs: number; endMs: number; reason: EndReason }
  | { kind: 'dissolve'; reason: EndReason }

/** Decides what the life of a room asks for. */
export function nextStep(set: Lifecycle, life: Life, moment: Moment): Step {
  const end = endOf(set, life, moment)
  if (!end) return { kind: 'wait', dueMs: null }
  const { reason, atMs } = end
  const isInstant = reason === 'expires_at'
  const lastMs = atMs + (isInstant ? 0 : unstoredMs)
  if (lastMs <= moment.steadyMs) return { kind: 'dissolve', reason }
  const warnMs = lastMs - warningMs(set, end)
  // An instant is stored as it was set: the wall clock may be corrected before it comes.
  const stored = (steadyMs: number) =>
    Math.ceil(isInstant ? steadyMs - moment.steadyMs + moment.nowMs : steadyMs)
  if (warnMs > moment.steadyMs) return { kind: 'wait', dueMs: stored(warnMs) }
  const dueMs = stored(lastMs)
  const endMs = stored(atMs)
  return warnMs === lastMs || life.warnedMs === endMs
    ? { kind: 'wait', dueMs }
    : { kind: 'warn', dueMs, endMs, reason }
}

/** When a room is to be looked at first, after its own settings changed; null = not before it has been idle or empty for a while. */
export function firstLook(settings: AppSettings, life: Life, moment: Moment): number | null {
  if (life.lifecycle === null) return null
  const step = nextStep(lifecycleOf(settings, life), life, moment)
  return step.kind === 'wait' ? step.dueMs : moment.steadyMs
}

/** Until when rooms that set nothing must have been idle, and empty, to be looked at; by the steady clock, 0 = none of them. */
export function lookedAt(
  settings: AppSettings,
  { nowMs, steadyMs }: Moment,
): { idleMs: number; emptiedMs: number } {
  const { roomIdleTimeout, roomEmptyTimeout, roomsExpireAt, roomWarnBefore, keepRooms } = settings
  if (keepRooms) return { idleMs: 0, emptiedMs: 0 }
  const sinceMs = (timeoutS: number) =>
    timeoutS === 0 ? 0 : steadyMs - (timeoutS - Math.min(roomWarnBefore, timeoutS / 2)) * 1000
  const isOver = roomsExpireAt !== 0 && nowMs >= roomsExpireAt - roomWarnBefore * 1000
  return {
    idleMs: isOver ? Number.MAX_SAFE_INTEGER : sinceMs(roomIdleTimeout),
    emptiedMs: sinceMs(roomEmptyTimeout),
  }
}
