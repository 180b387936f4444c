import { Type as t } from '@sinclair/typebox'
import type { ReadMessage } from '../../domain/shown-message.ts'
import type { StoredMessage } from '../../store/history/history.ts'
import { exactly, loosely, milliseconds, RoomId, says, UserId } from '../schemas.ts'

/** A message as servers read it: a line of an hourly file. */
export const Line = exactly({
  msg_id: t.String({ ...says('Message id.', '消息 ID。'), examples: ['115823689093121'] }),
  timestamp: milliseconds('When it was accepted, Unix ms.', '服务器接受消息的时间，Unix 毫秒。'),
  direction: t.Literal('outgoing'),
  from: UserId,
  to: RoomId,
  chat_type: t.Literal('chatroom'),
  payload: loosely(
    { from: t.String(), to: t.String(), type: t.String(), ext: t.Object({}), bodies: t.Array(t.Object({})) },
    {
      examples: [
        {
          from: 'alice',
          to: '248710559375361',
          type: 'chatroom',
          ext: {},
          bodies: [{ type: 'txt', msg: 'the show begins' }],
        },
      ],
    },
  ),
})

export function lineOf({ id, sender, room, meta }: StoredMessage, readMessage: ReadMessage) {
  const { timestamp, payload } = readMessage(meta)
  return {
    msg_id: String(id),
    timestamp,
    direction: 'outgoing' as const,
    from: sender,
    to: room,
    chat_type: 'chatroom' as const,
    payload,
  }
}
