import { roomToRead } from '../rooms/access.ts'
import type { Outcome } from '../rooms/members.ts'
import { foldUsername } from '../users/user.ts'
import { forApp } from './access.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import {
  counted,
  IsAllowedReply,
  ListRowReply,
  ListRowsReply,
  notMembersRow,
  ownerRow,
  tooManyUsers,
} from './member-replies.ts'
import { folded, namesIn, namesSeveral, Usernames } from './names.ts'
import { queryOf } from './paging.ts'
import { replies, UserId } from './replies.ts'
import { unknownRoomId } from './room-replies.ts'

/** The room's id under both of its names: server SDKs read the one, the web SDK the other. */
const row = (action: string, id: string, { user, reason }: Outcome) => ({
  result: reason === undefined,
  action,
  ...(reason === undefined ? {} : { reason }),
  user,
  chatroomid: id,
  id,
})

/** One row stands alone, but in an array for the web SDK (`version=v3`). */
const single = (request: Request, data: object): string =>
  JSON.stringify(queryOf(request).get('version') === 'v3' ? [data] : data)

const done = (usernames: string[]): Outcome[] => usernames.map((user) => ({ user }))

/** The block list of a room. */
export const blockRoutes = (deps: Deps) => {
  const { store, commit } = deps
  const tags = ['Block list']
  return forApp(deps)
    .get(
      '/chatrooms/:id/blocks/users',
      async ({ app, call, caller, params, request }) => {
        const room = await roomToRead({ app, caller, store }, 'listBlocked', params.id)
        const blocked = await store.lists.blocked(app.id, room.id)
        return success(call, JSON.stringify(blocked), { params: queryOf(request), count: blocked.length })
      },
      {
        detail: {
          operationId: 'listBlocked',
          summary: 'List who is blocked from a chat room',
          tags,
          ...replies(counted(UserId), [unknownRoomId]),
        },
      },
    )
    .post(
      '/chatrooms/:id/blocks/users/:username',
      async ({ app, call, caller, params: { id, username }, request }) => {
        const user = foldUsername(username)
        await commit(app.id, caller, 'blockUser', id, user)
        return success(call, single(request, row('add_blocks', id, { user })))
      },
      {
        detail: {
          operationId: 'blockUser',
          summary: 'Remove a member and keep it from coming back',
          tags,
          ...replies(ListRowReply('add_blocks'), [
            unknownRoomId,
            ownerRow,
            [
              'forbidden_op',
              'users [{usernames}] are not members of this group!',
              'the user is not in the chat room',
            ],
          ]),
        },
      },
    )
    .post(
      '/chatrooms/:id/blocks/users',
      async ({ app, call, caller, params: { id }, body }) => {
        const outcomes = await commit(app.id, caller, 'blockUsers', id, folded(body.usernames))
        return success(call, JSON.stringify(outcomes.map((each) => row('add_blocks', id, each))))
      },
      {
        body: Usernames,
        detail: {
          operationId: 'blockUsers',
          summary: 'Block up to 60 members',
          tags,
          ...replies(ListRowsReply('add_blocks'), [
            unknownRoomId,
            tooManyUsers('userNames is more than max limit : 60'),
            ['invalid_parameter', 'usernames is null or empty!', 'no user'],
          ]),
        },
      },
    )
    .delete(
      '/chatrooms/:id/blocks/users/:username',
      async ({ app, call, caller, params: { id, username }, request }) => {
        const names = namesIn(username)
        await commit(app.id, caller, 'unblockUsers', id, names)
        const rows = done(names).map((each) => row('remove_blocks', id, each))
        const [only] = rows
        return success(call, namesSeveral(username) || !only ? JSON.stringify(rows) : single(request, only))
      },
      {
        detail: {
          operationId: 'unblockUsers',
          summary: 'Let a user, or up to 60 with commas between, come back',
          tags,
          ...replies(ListRowReply('remove_blocks'), [
            unknownRoomId,
            tooManyUsers('removeBlacklist: list size more than max limit : 60'),
          ]),
        },
      },
    )
}

/** The allow list of a room: who may speak while everybody is muted. */
export const allowRoutes = (deps: Deps) => {
  const { store, commit } = deps
  const tags = ['Allow list']
  return forApp(deps)
    .get(
      '/chatrooms/:id/white/users',
      async ({ app, call, caller, params, request }) => {
        const room = await roomToRead({ app, caller, store }, 'listAllowed', params.id)
        const allowed = await store.members.allowed(app.id, room.id)
        return success(call, JSON.stringify(allowed), { params: queryOf(request), count: allowed.length })
      },
      {
        detail: {
          operationId: 'listAllowed',
          summary: 'List who is on the allow list',
          tags,
          ...replies(counted(UserId), [unknownRoomId]),
        },
      },
    )
    .get(
      '/chatrooms/:id/white/users/:username',
      async ({ app, call, caller, params, request }) => {
        const username = foldUsername(params.username)
        const room = await roomToRead({ app, caller, store }, 'isAllowed', params.id, [username])
        const white = await store.members.isAllowed(app.id, room.id, username)
        return success(call, JSON.stringify({ member: username, white }), { params: queryOf(request) })
      },
      {
        detail: {
          operationId: 'isAllowed',
          summary: 'Whether a user is on the allow list',
          tags,
          ...replies(IsAllowedReply, [unknownRoomId]),
        },
      },
    )
    .post(
      '/chatrooms/:id/white/users/:username',
      async ({ app, call, caller, params: { id, username }, request }) => {
        const user = foldUsername(username)
        await commit(app.id, caller, 'allowMember', id, user)
        return success(call, single(request, row('add_user_whitelist', id, { user })))
      },
      {
        detail: {
          operationId: 'allowMember',
          summary: 'Put a member on the allow list',
          tags,
          ...replies(ListRowReply('add_user_whitelist'), [unknownRoomId, notMembersRow]),
        },
      },
    )
    .post(
      '/chatrooms/:id/white/users',
      async ({ app, call, caller, params: { id }, body }) => {
        const usernames = folded(body.usernames)
        await commit(app.id, caller, 'allowMembers', id, usernames)
        const rows = done(usernames).map((each) => row('add_user_whitelist', id, each))
        return success(call, JSON.stringify(rows))
      },
      {
        body: Usernames,
        detail: {
          operationId: 'allowMembers',
          summary: 'Put up to 60 members on the allow list',
          tags,
          ...replies(ListRowsReply('add_user_whitelist'), [
            unknownRoomId,
            notMembersRow,
            tooManyUsers('usernames size is more than max limit : 60'),
          ]),
        },
      },
    )
    .delete(
      '/chatrooms/:id/white/users/:username',
      async ({ app, call, caller, params: { id, username } }) => {
        const names = namesIn(username)
        await commit(app.id, caller, 'disallowMembers', id, names)
        const rows = done(names).map((each) => row('remove_user_whitelist', id, each))
        return success(call, JSON.stringify(rows))
      },
      {
        detail: {
          operationId: 'disallowMembers',
          summary: 'Take a user, or up to 60 with commas between, off the allow list',
          tags,
          ...replies(ListRowsReply('remove_user_whitelist'), [
            unknownRoomId,
            tooManyUsers('removeWhitelist size is more than max limit : 60'),
          ]),
        },
      },
    )
}
