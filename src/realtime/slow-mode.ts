import { BoundedMap } from '../domain/bounded-map.ts'
import { limits } from '../domain/limits.ts'
import type { Tally } from '../domain/tally.ts'
import type { ReadStore } from '../store/store.ts'
import type { Refusal } from './encode.ts'
import { Status_ErrorCode } from './generated/protocol.ts'
import { remembered } from './remembered.ts'
import type { LiveUser, Speech } from './session.ts'
import type { Speaking } from './speaking.ts'
import { isModerator } from './speech.ts'

/**
 * When members of slow rooms last spoke, by a monotonic clock: of messages accepted by this node and, by the bus, by others.
 * Stored apart from the rooms, so that leaving and coming back does not shorten the wait.
 */
export function lastSpoken(elapsedMs: () => number = () => performance.now()) {
  const times = new BoundedMap<string, number>(limits.slowModeMembers.value)

  const keyOf = (app: number, room: string, username: string): string => `${app}/${room}/${username}`

  return {
    /** A message of a member was accepted now. */
    note(app: number, room: string, username: string): void {
      times.set(keyOf(app, room, username), elapsedMs())
    },

    /** Whole seconds until a member may speak again in a room with so many between two messages; 0 = now. */
    secondsLeft(app: number, room: string, username: string, slowMode: number): number {
      const last = times.get(keyOf(app, room, username))
      if (last === undefined) return 0
      return Math.max(0, Math.ceil(slowMode - (elapsedMs() - last) / 1000))
    },
  }
}

export type LastSpoken = ReturnType<typeof lastSpoken>

/** Why a message comes too early in its room; clients show the seconds (type 502 in web SDKs). */
export function tooEarly({ session, room, slowMode }: Speaking, spoken: LastSpoken): Refusal | undefined {
  if (slowMode === 0) return undefined
  const left = spoken.secondsLeft(session.user.app, room, session.user.username, slowMode)
  if (left === 0) return undefined
  return waits(left)
}

const waits = (seconds: number): Refusal => ({
  code: Status_ErrorCode.PERMISSION_DENIED_EXTERNAL,
  reason: `slow mode: ${seconds}`,
  counted: 'slow mode',
})

/**
 * Why a message that is about to be sent comes at the same time as another of its sender through another thread, which has not
 * heard of this one yet. It is of one message only: the shortest wait is a second, and until then each has heard.
 */
export function atOnce(tally: Tally, { session, room, slowMode }: Speaking): Refusal | undefined {
  if (slowMode === 0 || !tally.isShared) return undefined
  const { app, username } = session.user
  const isFirst = tally.meter(`slow ${app}/${room}/${username}`).passes(1, performance.now())
  return isFirst ? undefined : waits(slowMode)
}

/**
 * Notes for how long a message makes its sender wait; returns why it comes too early itself. Owner, admins, the allow list
 * and super admins never wait; super admins are looked up only where a message would be refused.
 */
export function slowed(
  store: Pick<ReadStore, 'superAdmins'>,
  message: Speaking,
  speech: Speech,
  spoken: LastSpoken,
): Refusal | undefined | Promise<Refusal | undefined> {
  const { user } = message.session
  if (isModerator(speech, user.username) || speech.allowed.has(user.username)) return undefined
  message.slowMode = speech.slowMode
  const early = tooEarly(message, spoken)
  if (!early) return undefined
  const isSuperAdmin = superAdmin(store, user)
  const decide = (known: boolean): Refusal | undefined => {
    if (!known) return early
    message.slowMode = 0
    return undefined
  }
  return isSuperAdmin instanceof Promise ? isSuperAdmin.then(decide) : decide(isSuperAdmin)
}

/** Whether a connected user is a super admin: read once, and again after `user.superAdmin` was dropped. */
function superAdmin(store: Pick<ReadStore, 'superAdmins'>, user: LiveUser): boolean | Promise<boolean> {
  if (user.superAdmin !== undefined) return user.superAdmin
  const read = Promise.resolve(store.superAdmins.isSuperAdmin(user.app, user.username))
  return remembered(user, 'superAdmin', read)
}
