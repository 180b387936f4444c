import { Type as t } from '@sinclair/typebox'
import { moderators } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { exactly } from '../schemas.ts'

/** Mutes everybody, also those who join later; mutes of single members stay as they are. */
export const muteRoom = writeRoom({
  id: 'muteRoom',
  routes: ['POST /chatrooms/:chatroom_id/ban'],
  tag: 'mutes',
  summary: { en: 'Mute everybody in a chat room', zh: '全员禁言' },
  allowed: moderators,
  response: { data: exactly({ mute: t.Literal(true) }) },
  action: 'put',
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),
  auditedAs: () => 'setRoomMuted',

  async run({ app, store, room, emit }) {
    if (!room.mute) {
      await store.rooms.changeRoom(app.id, { ...room, mute: true })
      emit({ type: 'room.muted' })
    }
    return { mute: true }
  },
})
