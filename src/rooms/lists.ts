import { limits } from '../limits.ts'
import type { Unit } from '../unit.ts'
import { roomToChange } from './access.ts'
import { checkBatch, checkMembers } from './people.ts'

const most = limits.membersListed.value

/** Unblocks up to 60 users, which does not bring them back; those who are not blocked are a success. */
export async function unblockUsers(unit: Unit, id: string, usernames: string[]): Promise<void> {
  const { app, store } = unit
  await roomToChange(unit, 'unblockUsers', id, usernames)
  checkBatch(usernames, most, `removeBlacklist: list size more than max limit : ${most}`)
  const blocked = await store.lists.blockedAmong(app.id, id, usernames)
  if (blocked.length === 0) return
  await store.lists.unblock(app.id, id, blocked)
  unit.emit({ type: 'member.unblocked', usernames: blocked }, id)
}

/** Puts one member on the allow list: it speaks also while everybody is muted. */
export async function allowMember(unit: Unit, id: string, username: string): Promise<void> {
  const { room } = await roomToChange(unit, 'allowMember', id, [username])
  await checkMembers(unit, room, [username], 400)
  await allow(unit, id, [username])
}

/** Puts up to 60 members on the allow list, all or none. */
export async function allowMembers(unit: Unit, id: string, usernames: string[]): Promise<void> {
  const { room } = await roomToChange(unit, 'allowMembers', id, usernames)
  checkBatch(usernames, most, `usernames size is more than max limit : ${most}`)
  await checkMembers(unit, room, usernames, 400)
  await allow(unit, id, usernames)
}

async function allow(unit: Unit, id: string, usernames: string[]): Promise<void> {
  await unit.store.members.setAllowed(unit.app.id, id, usernames, true)
  unit.emit({ type: 'member.allowed', usernames }, id)
}

/** Takes up to 60 users off the allow list; those who are not on it are a success. */
export async function disallowMembers(unit: Unit, id: string, usernames: string[]): Promise<void> {
  await roomToChange(unit, 'disallowMembers', id, usernames)
  checkBatch(usernames, most, `removeWhitelist size is more than max limit : ${most}`)
  await unit.store.members.setAllowed(unit.app.id, id, usernames, false)
  unit.emit({ type: 'member.disallowed', usernames }, id)
}
