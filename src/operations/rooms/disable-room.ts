import { Type as t } from '@sinclair/typebox'
import { appOnlyOfRooms } from '../allowed.ts'
import { type InRoom, type Transaction, writeRoom } from '../operation.ts'
import { exactly } from '../schemas.ts'

async function setDisabled({ app, store, room, emit }: Transaction & InRoom, disabled: boolean) {
  if (room.disabled !== disabled) {
    await store.rooms.changeRoom(app.id, { ...room, disabled })
    emit({ type: disabled ? 'room.disabled' : 'room.enabled' })
  }
  return { disabled }
}

/** Disables a room: nobody joins, speaks or manages it, until it is enabled; the app still reads and changes it. */
export const disableRoom = writeRoom({
  id: 'disableRoom',
  routes: ['POST /chatrooms/:chatroom_id/disable'],
  tag: 'rooms',
  summary: { en: 'Disable a chat room', zh: '禁用聊天室' },
  description: {
    en: 'Nobody joins or speaks, and no user manages it, until it is enabled. The app itself still reads, changes and dissolves it.',
    zh: '启用之前，任何人不能加入或发言，用户不能管理聊天室。应用服务端仍可查询、修改和解散。',
  },
  allowed: appOnlyOfRooms,
  response: { data: exactly({ disabled: t.Literal(true) }) },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),
  run: (transaction) => setDisabled(transaction, true),
})

/** Enables a room that was disabled. */
export const enableRoom = writeRoom({
  id: 'enableRoom',
  routes: ['POST /chatrooms/:chatroom_id/enable'],
  tag: 'rooms',
  summary: { en: 'Enable a chat room', zh: '启用聊天室' },
  allowed: appOnlyOfRooms,
  response: { data: exactly({ disabled: t.Literal(false) }) },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),
  run: (transaction) => setDisabled(transaction, false),
})
