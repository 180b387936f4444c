import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import type { Unit } from '../unit.ts'
import { roomToChange } from './access.ts'
import { checkBatch, checkMembers, checkReach } from './people.ts'

/** The end of what has no end, in Unix ms: the reference's date for it. */
const forever = 4_638_873_600_000

const most = limits.membersMuted.value

/**
 * Mutes members for `duration` ms; -1 is for ever and 0 unmutes. Answers when it ends, in Unix ms.
 * A mute outlasts leaving and coming back.
 */
export async function muteMembers(
  unit: Unit,
  id: string,
  usernames: string[],
  duration: number,
): Promise<{ expire: number }> {
  const { app, store, now } = unit
  const { room, role } = await roomToChange(unit, 'muteMembers', id, usernames)
  checkBatch(usernames, most, `userNames size is more than max limit : ${most}`)
  if (duration < -1) throw new Failure('invalid_parameter', 'mute_duration must be -1, 0 or a number of ms')
  await checkMembers(unit, room, usernames, 400)
  await checkReach(unit, room, role, 'muteMembers', usernames)
  if (duration === 0) {
    await store.lists.unmute(app.id, id, usernames)
    unit.emit({ type: 'member.unmuted', usernames }, id)
    return { expire: 0 }
  }
  const expire = duration === -1 ? forever : Math.min(now + duration, forever)
  await store.lists.mute(app.id, id, usernames, expire, now)
  unit.emit({ type: 'member.muted', usernames, expires: expire }, id)
  return { expire }
}

/** Unmutes up to 60 users; those who are not muted are a success. */
export async function unmuteMembers(unit: Unit, id: string, usernames: string[]): Promise<void> {
  const { room, role } = await roomToChange(unit, 'unmuteMembers', id, usernames)
  checkBatch(usernames, most, `removeMute member size more than max limit :  ${most}`)
  await checkReach(unit, room, role, 'unmuteMembers', usernames)
  await unit.store.lists.unmute(unit.app.id, id, usernames)
  unit.emit({ type: 'member.unmuted', usernames }, id)
}

/** Mutes everybody, also those who join later, or lifts that. Individual mutes stay as they are. */
export async function setRoomMuted(unit: Unit, id: string, mute: boolean): Promise<void> {
  const { room } = await roomToChange(unit, mute ? 'muteRoom' : 'unmuteRoom', id)
  if (room.mute === mute) return
  await unit.store.rooms.changeRoom(unit.app.id, { ...room, mute })
  unit.emit({ type: mute ? 'room.muted' : 'room.unmuted' }, id)
}
