import { Type as t } from '@sinclair/typebox'
import { limits } from '../limits.ts'
import { roomToRead } from '../rooms/access.ts'
import { forApp } from './access.ts'
import { bounds } from './bounds.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import { AnnouncementReply, AnnouncementSetReply } from './member-replies.ts'
import { queryOf } from './paging.ts'
import { replies } from './replies.ts'
import { unknownRoomId } from './room-replies.ts'

const Announcement = t.Object(
  {
    announcement: t.String({
      ...bounds({ maxLength: limits.announcement.value }),
      description: 'At most 512 characters; empty clears it.',
      examples: ['be kind'],
    }),
  },
  { additionalProperties: true },
)

export const announcementRoutes = (deps: Deps) => {
  const { store, commit } = deps
  const tags = ['Announcement']
  return forApp(deps)
    .get(
      '/chatrooms/:id/announcement',
      async ({ app, call, caller, params, request }) => {
        const room = await roomToRead({ app, caller, store }, 'getAnnouncement', params.id)
        const announcement = await store.rooms.announcement(app.id, room.id)
        return success(call, JSON.stringify({ announcement }), { params: queryOf(request) })
      },
      {
        detail: {
          operationId: 'getAnnouncement',
          summary: 'The announcement of a chat room',
          tags,
          ...replies(AnnouncementReply, [unknownRoomId]),
        },
      },
    )
    .post(
      '/chatrooms/:id/announcement',
      async ({ app, call, caller, params: { id }, body }) => {
        await commit(app.id, caller, 'setAnnouncement', id, body.announcement)
        return success(call, JSON.stringify({ id, result: true }))
      },
      {
        body: Announcement,
        detail: {
          operationId: 'setAnnouncement',
          summary: 'Set or clear the announcement',
          tags,
          ...replies(AnnouncementSetReply, [
            unknownRoomId,
            ['forbidden_op', 'announce info length exceeds limit!', 'over 512 characters'],
          ]),
        },
      },
    )
}
