import type { MuteKind } from '../domain/mute.ts'
import type { ReadStore } from '../store/store.ts'
import { denied } from './encode.ts'
import { remembered } from './remembered.ts'
import type { LiveUser } from './session.ts'

/** What a user that is muted in the whole app gets (client protocol: refusals of a message). */
export const mutedInApp = denied('user is mute')

/**
 * Whether a connected user is muted in the whole app at `now` (Unix ms), in conversations of a kind: its mutes are read
 * once, and again after `user.mutes` was dropped.
 */
export function isMutedInApp(
  store: Pick<ReadStore, 'appMutes'>,
  user: LiveUser,
  kind: MuteKind,
  now: number,
): boolean | Promise<boolean> {
  const mutes = user.mutes ?? remembered(user, 'mutes', store.appMutes.appMutes(user.app, user.username))
  return mutes instanceof Promise ? mutes.then((known) => known[kind] > now) : mutes[kind] > now
}
