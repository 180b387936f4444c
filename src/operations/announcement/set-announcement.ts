import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { moderators } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { bounds, exactly, loosely, RoomId, says } from '../schemas.ts'

/** Longest announcement, in Unicode code points. */
const longest = limits.announcement.value

const tooLong = failure('forbidden_op', 'announce info length exceeds limit!', {
  en: `over ${longest} characters`,
  zh: `超过 ${longest} 个字符`,
  lift: { en: 'shorten the announcement', zh: '缩短公告' },
})

/** Sets the announcement of a room; an empty text clears it. */
export const setAnnouncement = writeRoom({
  id: 'setAnnouncement',
  routes: ['POST /chatrooms/:chatroom_id/announcement'],
  tag: 'announcement',
  summary: { en: 'Set or clear the announcement', zh: '设置或清空公告' },
  allowed: moderators,
  body: loosely({
    announcement: t.String({
      ...says(
        `At most ${longest} characters; empty clears it.`,
        `最多 ${longest} 个字符；空字符串表示清空。`,
      ),
      examples: ['be kind'],
      ...bounds({ maxLength: longest }),
    }),
  }),
  response: { data: exactly({ id: RoomId, result: t.Literal(true) }) },
  failures: [tooLong],
  input: ({ params, body }) => ({ room: params.chatroom_id, announcement: body.announcement }),

  async run({ app, store, room, emit }, { announcement }) {
    if (announcement.length > longest && [...announcement].length > longest) throw tooLong()
    const before = { announcement: await store.rooms.announcement(app.id, room.id) }
    await store.rooms.setAnnouncement(app.id, room.id, announcement)
    emit({ type: 'announcement.changed', announcement, before })
    return { id: room.id, result: true }
  },
})
