import type { AppSettings } from '../domain/app-settings.ts'
import { isClosed } from '../domain/lifecycle.ts'
import type { ReadStore } from '../store/store.ts'
import type { Refusal } from './encode.ts'
import { Status_ErrorCode } from './generated/protocol.ts'
import { remembered } from './remembered.ts'
import type { LiveRoom, Speech } from './session.ts'

/** Why a member may not speak at `now` (Unix ms); a mute of its own beats the allow list. */
export function silenced(
  settings: AppSettings,
  speech: Speech,
  username: string,
  now: number,
): Refusal | undefined {
  if (speech.disabled || isClosed(settings, speech, now))
    return { code: Status_ErrorCode.FAIL, reason: 'group is disabled' }
  if (silencedUntil(speech, username, now) > 0) {
    return { code: Status_ErrorCode.USER_MUTED, reason: 'you were muted in this chat room' }
  }
  if (!speech.mute || isModerator(speech, username) || speech.allowed.has(username)) return undefined
  return { code: Status_ErrorCode.FAIL, reason: 'not in group or chatroom white list' }
}

/** Unix ms until which a member is muted; 0 when it is not. */
export function silencedUntil(speech: Speech, username: string, now: number): number {
  const until = speech.muted.get(username) ?? 0
  return until > now ? until : 0
}

export const isModerator = (speech: Speech, username: string): boolean =>
  username === speech.owner || speech.admins.has(username)

/**
 * Who may speak in a room that someone of this node is in: read once, and again after `room.speech` was
 * dropped. Undefined when the room is gone.
 */
export function speechOf(store: ReadStore, room: LiveRoom): Speech | Promise<Speech | undefined> {
  return room.speech ?? remembered(room, 'speech', readSpeech(store, room))
}

async function readSpeech(store: ReadStore, { app, id }: LiveRoom): Promise<Speech | undefined> {
  const room = await store.rooms.findRoom(app, id)
  if (!room) return undefined
  const [admins, allowed, muted] = await Promise.all([
    store.members.admins(app, id),
    store.members.allowed(app, id),
    store.lists.muted(app, id, Date.now()),
  ])
  return {
    owner: room.owner,
    admins: new Set(admins),
    mute: room.mute,
    disabled: room.disabled,
    allowed: new Set(allowed),
    slowMode: room.slowMode,
    createdMs: room.createdMs,
    lifecycle: room.lifecycle,
    muted: new Map(muted.map(({ username, expiresMs }) => [username, expiresMs])),
  }
}
