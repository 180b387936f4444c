import { muteEnd } from '../../domain/mute.ts'
import type { InRoom, Transaction } from '../operation.ts'
import { takeOut } from '../room-members.ts'

/** The name of the action in rows of the response. */
export const added = 'add_blocks'

/** Until when somebody is blocked (Unix ms), and why. */
interface Ban {
  expiresMs: number
  reason?: string
}

/** Removes members from the room and blocks them, for ever or for a time. */
export async function block(
  transaction: Transaction & InRoom,
  usernames: string[],
  ban?: Ban,
): Promise<void> {
  const { app, caller, store, room, now, emit } = transaction
  const { expiresMs = muteEnd(now, -1), reason = caller.reason ?? '' } = ban ?? {}
  await store.lists.block(app.id, room.id, usernames, { expiresMs, reason }, now)
  const memberCount = await takeOut(transaction, room, usernames)
  emit({
    type: 'member.blocked',
    usernames,
    memberCount,
    ...(ban && { expires: ban.expiresMs, ...(ban.reason ? { reason: ban.reason } : {}) }),
  })
}
