import { tooLateToRecall } from '../domain/recall-failures.ts'
import { isMutedInApp, mutedInApp } from './app-mutes.ts'
import { failed, type Refusal } from './encode.ts'
import type { FindOriginal, Original } from './find-original.ts'
import type { Live } from './live.ts'
import type { Parts } from './parts.ts'
import { roomOfMember } from './reading.ts'
import type { LiveRoom, Speech } from './session.ts'
import { type LastSpoken, slowed } from './slow-mode.ts'
import type { Speaking } from './speaking.ts'
import { isModerator, silenced, speechOf } from './speech.ts'

/** Clients distinguish these by their texts (client protocol: refusals of a message). */
const refusals = {
  notMember: failed('not in group or chatroom'),
  noRoom: failed('group not found'),
}

/** Why a message is not recalled; clients distinguish these by their texts, too. */
export const recallRefusals = {
  tooLate: failed(tooLateToRecall.text),
  notTheirs: failed('message recall disabled'),
}

/** The room that a message may go to, or why it may not. */
type Verdict = LiveRoom | Refusal

/** Decides whether a member may send a message to its room now. */
export function authoriser(
  { store, live, now }: Pick<Parts, 'store' | 'now'> & { live: Pick<Live, 'enter'> },
  findOriginal: FindOriginal,
  spoken: LastSpoken,
): (message: Speaking) => Verdict | Promise<Verdict> {
  function checkRecall({ session, room }: Speaking, speech: Speech, original: Original): Refusal | undefined {
    const { username } = session.user
    if (!original || original === 'recalled') return recallRefusals.tooLate
    if (original.app !== session.app.id || original.room !== room) return recallRefusals.tooLate
    return original.sender === username || isModerator(speech, username)
      ? undefined
      : recallRefusals.notTheirs
  }

  const isIn = ({ session }: Speaking, room: LiveRoom): boolean => session.user.rooms.get(room.id) === room

  /** Mutes of the whole app are checked after those of the room. */
  function inApp(message: Speaking, room: LiveRoom): Verdict | Promise<Verdict> {
    const isMuted = isMutedInApp(store, message.session.user, 'chatroom', now())
    if (!(isMuted instanceof Promise)) return isMuted ? mutedInApp : room
    return isMuted.then((muted) => {
      if (muted) return mutedInApp
      return isIn(message, room) ? room : refusals.notMember
    })
  }

  function speaks(message: Speaking, room: LiveRoom, speech: Speech): Verdict | Promise<Verdict> {
    const { session, recalls } = message
    if (recalls === undefined) {
      const silence = silenced(session.app.settings, speech, session.user.username, now())
      if (silence || speech.slowMode === 0) return silence ?? inApp(message, room)
      const early = slowed(store, message, speech, spoken)
      if (!(early instanceof Promise)) return early ?? inApp(message, room)
      return early.then((known) => known ?? (isIn(message, room) ? inApp(message, room) : refusals.notMember))
    }
    const original = findOriginal(session.app.id, recalls)
    if (!(original instanceof Promise)) return checkRecall(message, speech, original) ?? room
    return original.then((known) =>
      isIn(message, room) ? (checkRecall(message, speech, known) ?? room) : refusals.notMember,
    )
  }

  function inRoom(message: Speaking, room: LiveRoom): Verdict | Promise<Verdict> {
    const speech = speechOf(store, room)
    if (!(speech instanceof Promise)) return speaks(message, room, speech)
    return speech.then((known) =>
      known && isIn(message, room) ? speaks(message, room, known) : refusals.notMember,
    )
  }

  /** The sender is in no such room as far as this node knows: the store knows why, or that it is. */
  async function askStore(message: Speaking): Promise<Verdict> {
    const { session, room: id } = message
    const { user } = session
    // PostgreSQL takes no NUL in a text.
    if (id.includes('\0') || !(await store.rooms.findRoom(user.app, id))) return refusals.noRoom
    const room = await roomOfMember(store, live, user, id, () => session.connection.stage === 'open')
    return room ? inRoom(message, room) : refusals.notMember
  }

  return (message) => {
    const room = message.session.user.rooms.get(message.room)
    return room ? inRoom(message, room) : askStore(message)
  }
}
