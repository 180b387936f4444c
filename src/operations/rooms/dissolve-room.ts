import { Type as t } from '@sinclair/typebox'
import type { EndReason } from '../../domain/lifecycle.ts'
import { limits } from '../../domain/limits.ts'
import type { Room } from '../../domain/room.ts'
import { ownerOnly } from '../allowed.ts'
import { type Transaction, writeRoom } from '../operation.ts'
import { exactly, RoomId } from '../schemas.ts'

/** Dissolves a room [dissolve]; an unknown id is a failure. */
export const dissolveRoom = writeRoom({
  id: 'dissolveRoom',
  routes: ['DELETE /chatrooms/:chatroom_id'],
  tag: 'rooms',
  summary: { en: 'Dissolve a chat room', zh: '解散聊天室' },
  description: {
    en: 'Everybody leaves it, and its id is never given again. It can be restored for as long as `undoHours` of the app says.',
    zh: '全体成员离开，其 ID 不会再次分配。在应用设置 `undoHours` 的时长内可以恢复。',
  },
  allowed: ownerOnly,
  response: { data: exactly({ success: t.Literal(true), id: RoomId }) },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),

  async run(transaction) {
    const { room } = transaction
    await removeRoom(transaction, room)
    return { success: true, id: room.id }
  },
})

/** Removes a locked room with everything in it: for ever, or so that it can be restored; `reason` where that is by itself. */
export async function removeRoom(
  { app, store, tick, emit }: Transaction,
  room: Room,
  reason?: EndReason,
): Promise<void> {
  const { id, name, owner, memberCount } = room
  const most = limits.callbackMembers.value
  const members = app.callbacks === 0 ? undefined : await store.members.pageMembers(app.id, id, most, 0)
  if (app.settings.undoHours === 0) await store.rooms.removeRoom(app.id, id)
  else await store.dissolved.dissolve(app.id, id, tick())
  if (app.settings.rooms !== null) await store.quotas.giveQuota(app.id, 'rooms')
  const why = { ...(members ? { members } : {}), ...(reason ? { reason } : {}) }
  emit({ type: 'room.dissolved', ...why, before: { name, owner, memberCount } }, id)
}
