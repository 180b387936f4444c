import { Type as t } from '@sinclair/typebox'
import { limits } from '../limits.ts'
import { roomToRead } from '../rooms/access.ts'
import { foldUsername } from '../users/user.ts'
import { forApp } from './access.ts'
import { bounds } from './bounds.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import {
  IsMutedReply,
  MutedListReply,
  MutedReply,
  notMembersRow,
  RoomMutedReply,
  tooManyUsers,
  UnmutedReply,
} from './member-replies.ts'
import { folded, namesIn } from './names.ts'
import { queryOf } from './paging.ts'
import { replies } from './replies.ts'
import { unknownRoomId } from './room-replies.ts'

const Muting = t.Object(
  {
    usernames: t.Array(t.String(), {
      description: 'At most 60 user ids.',
      examples: [['bob']],
      ...bounds({ minItems: 1, maxItems: limits.membersMuted.value }),
    }),
    mute_duration: t.Integer({
      description: 'Milliseconds; -1 = for ever, 0 = unmute.',
      examples: [60_000],
      ...bounds({ minimum: -1 }),
    }),
  },
  { additionalProperties: true },
)

/** The mute list of a room, and muting everybody. */
export const muteRoutes = (deps: Deps) => {
  const { store, commit, now } = deps
  const tags = ['Mute']
  return forApp(deps)
    .get(
      '/chatrooms/:id/mute',
      async ({ app, call, caller, params, request }) => {
        const room = await roomToRead({ app, caller, store }, 'listMuted', params.id)
        const muted = await store.lists.muted(app.id, room.id, now())
        const data = muted.map(({ username, expires }) => ({ expire: expires, user: username }))
        return success(call, JSON.stringify(data), { params: queryOf(request) })
      },
      {
        detail: {
          operationId: 'listMuted',
          summary: 'List who is muted in a chat room',
          tags,
          ...replies(MutedListReply, [unknownRoomId]),
        },
      },
    )
    .post(
      '/chatrooms/:id/mute',
      async ({ app, call, caller, params, body }) => {
        const usernames = folded(body.usernames)
        const { expire } = await commit(
          app.id,
          caller,
          'muteMembers',
          params.id,
          usernames,
          body.mute_duration,
        )
        return success(call, JSON.stringify(usernames.map((user) => ({ result: true, expire, user }))))
      },
      {
        body: Muting,
        detail: {
          operationId: 'muteMembers',
          summary: 'Mute up to 60 members for a time',
          tags,
          ...replies(MutedReply, [
            unknownRoomId,
            notMembersRow,
            tooManyUsers('userNames size is more than max limit : 60'),
            [
              'invalid_parameter',
              'mute_duration must be -1, 0 or a number of ms',
              '`mute_duration` below -1',
            ],
          ]),
        },
      },
    )
    .delete(
      '/chatrooms/:id/mute/:username',
      async ({ app, call, caller, params }) => {
        const usernames = namesIn(params.username)
        await commit(app.id, caller, 'unmuteMembers', params.id, usernames)
        return success(call, JSON.stringify(usernames.map((user) => ({ result: true, user }))))
      },
      {
        detail: {
          operationId: 'unmuteMembers',
          summary: 'Unmute up to 60 users',
          tags,
          ...replies(UnmutedReply, [
            unknownRoomId,
            tooManyUsers('removeMute member size more than max limit :  60'),
          ]),
        },
      },
    )
    .post(
      '/chatrooms/:id/ban',
      async ({ app, call, caller, params }) => {
        await commit(app.id, caller, 'setRoomMuted', params.id, true)
        return success({ ...call, action: 'put' }, '{"mute":true}')
      },
      {
        detail: {
          operationId: 'muteRoom',
          summary: 'Mute everybody in a chat room',
          tags,
          ...replies(RoomMutedReply(true), [unknownRoomId]),
        },
      },
    )
    .delete(
      '/chatrooms/:id/ban',
      async ({ app, call, caller, params }) => {
        await commit(app.id, caller, 'setRoomMuted', params.id, false)
        return success(call, '{"mute":false}')
      },
      {
        detail: {
          operationId: 'unmuteRoom',
          summary: 'No longer mute everybody',
          tags,
          ...replies(RoomMutedReply(false), [unknownRoomId]),
        },
      },
    )
    .get(
      '/sdk/chatrooms/:id/mute/:username',
      async ({ app, call, caller, params, request }) => {
        const username = foldUsername(params.username)
        const room = await roomToRead({ app, caller, store }, 'isMuted', params.id, [username])
        const muted = await store.lists.isMuted(app.id, room.id, username, now())
        return success(call, JSON.stringify(muted), { params: queryOf(request) })
      },
      {
        detail: {
          operationId: 'isMuted',
          summary: 'Whether a user is muted in a chat room',
          tags,
          ...replies(IsMutedReply, [unknownRoomId]),
        },
      },
    )
}
