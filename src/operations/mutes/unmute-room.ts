import { Type as t } from '@sinclair/typebox'
import { moderators } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { exactly } from '../schemas.ts'

/** Lifts the mute of everybody; mutes of single members stay as they are. */
export const unmuteRoom = writeRoom({
  id: 'unmuteRoom',
  routes: ['DELETE /chatrooms/:chatroom_id/ban'],
  tag: 'mutes',
  summary: { en: 'No longer mute everybody', zh: '解除全员禁言' },
  allowed: moderators,
  response: { data: exactly({ mute: t.Literal(false) }) },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),
  auditedAs: () => 'setRoomMuted',

  async run({ app, store, room, emit }) {
    if (room.mute) {
      await store.rooms.changeRoom(app.id, { ...room, mute: false })
      emit({ type: 'room.unmuted' })
    }
    return { mute: false }
  },
})
