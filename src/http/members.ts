import { Elysia } from 'elysia'
import type { AppRecord } from '../apps/app.ts'
import { limits } from '../limits.ts'
import { roomToRead } from '../rooms/access.ts'
import { type Room, roomNotFound } from '../rooms/room.ts'
import type { MemberPosition } from '../store/members.ts'
import { foldUsername } from '../users/user.ts'
import { forApp } from './access.ts'
import { openCursor, sealCursor } from './cursor.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import {
  AddedReply,
  AddedSeveralReply,
  joinRows,
  MembersReply,
  notMembersRow,
  ownerRow,
  RemovedReply,
  tooManyUsers,
} from './member-replies.ts'
import { folded, namesIn, namesSeveral, Usernames } from './names.ts'
import {
  badCursor,
  badLimit,
  cursorParameter,
  inQuery,
  limitOf,
  limitParameter,
  pageOf,
  pageParameters,
  queryOf,
} from './paging.ts'
import { type Row, replies } from './replies.ts'
import { unknownRoomId, unknownUser } from './room-replies.ts'

const tags = ['Members']

const noRoom: Row = [
  'service_resource_not_found',
  'do not find this group:{chatroom_id}',
  'no chat room has this id',
]

const namedPage = { default: 10, most: limits.membersPage.value }
const timedPage = { default: 50, most: limits.timedMembersPage.value }
const olderPage = { default: 1000, most: limits.membersPage.value }

const place = ({ joined, username }: MemberPosition): string => `${joined}:${username}`

function positionOf(text: string | undefined): MemberPosition | undefined {
  if (text === undefined) return undefined
  const split = text.indexOf(':')
  return { joined: Number(text.slice(0, split)), username: text.slice(split + 1) }
}

/** The member list has three forms; the query tells which one a client reads. */
function formOf(query: URLSearchParams): 'timed' | 'named' | 'paged' {
  if (query.get('joined_time') === 'true') return 'timed'
  if (query.get('version') === 'v3' && (query.has('limit') || query.has('cursor'))) return 'named'
  return 'paged'
}

const formParameters = [
  inQuery('version', '`v3` for user ids with `limit` and `cursor`; anything else counts as absent.', {
    type: 'string',
    examples: ['v3'],
  }),
  inQuery('joined_time', '`true` for roles and times of joining; anything else counts as absent.', {
    type: 'string',
    examples: ['true'],
  }),
  inQuery('sort', '`asc` for the earliest first; anything else for the latest. With `limit` and `cursor`.', {
    type: 'string',
    examples: ['asc'],
  }),
]

export const memberRoutes = (deps: Deps) => {
  const { store, commit } = deps

  /** A page by when members joined, the latest first unless `sort=asc`, and where the next one starts. */
  async function pageByTime(
    app: AppRecord,
    room: Room,
    query: URLSearchParams,
    without: string,
    limit: number,
  ) {
    const ascending = query.get('sort') === 'asc'
    const list = `members:${room.id}:${without}:${ascending}`
    const position = positionOf(openCursor(app, list, query.get('cursor')))
    const found = await store.members.listMembers(app.id, room.id, {
      ascending,
      without,
      limit: limit + 1,
      position,
    })
    const members = found.slice(0, limit)
    const last = members.at(-1)
    return { members, cursor: found.length > limit && last ? sealCursor(app, list, place(last)) : undefined }
  }

  async function listOf(app: AppRecord, room: Room, query: URLSearchParams) {
    switch (formOf(query)) {
      case 'timed': {
        const limit = limitOf(query, timedPage)
        const { members, cursor } = await pageByTime(app, room, query, '', limit)
        const data = members.map(({ username, admin, joined }) => ({
          [username === room.owner ? 'owner' : admin ? 'admin' : 'member']: username,
          joined_time: Math.floor(joined / 1000),
        }))
        return { data, cursor }
      }
      case 'named': {
        const limit = limitOf(query, namedPage)
        const { members, cursor } = await pageByTime(app, room, query, room.owner, limit)
        return { data: members.map(({ username }) => username), cursor }
      }
      case 'paged': {
        const { limit, offset } = pageOf(query, olderPage)
        const usernames = await store.members.pageMembers(app.id, room.id, limit, offset)
        const data = usernames.map((username) => ({
          [username === room.owner ? 'owner' : 'member']: username,
        }))
        return { data, cursor: undefined }
      }
    }
  }

  const reading = forApp(deps).get(
    '/chatrooms/:id/users',
    async ({ app, call, caller, params, request }) => {
      const room = await roomToRead({ app, caller, store }, 'listMembers', params.id, [], roomNotFound)
      const query = queryOf(request)
      const { data, cursor } = await listOf(app, room, query)
      return success(call, JSON.stringify(data), { params: query, count: data.length, cursor })
    },
    {
      detail: {
        operationId: 'listMembers',
        summary: 'List the members of a chat room',
        description:
          'Three forms: `pagenum` and `pagesize`; `version=v3` with `limit` and `cursor` (user ids without the owner, `sort=asc` for the earliest first); `joined_time=true` with `limit` and `cursor` (roles and times).',
        tags,
        parameters: [
          ...formParameters,
          limitParameter(namedPage),
          cursorParameter,
          ...pageParameters(olderPage),
        ],
        ...replies(MembersReply, [noRoom, badLimit, badCursor]),
      },
    },
  )

  const writing = forApp(deps)
    .post(
      '/chatrooms/:id/users/:username',
      async ({ app, call, caller, params: { id, username } }) => {
        const user = foldUsername(username)
        await commit(app.id, caller, 'addMember', id, user)
        return success(call, JSON.stringify({ result: true, action: 'add_member', id, user }))
      },
      {
        detail: {
          operationId: 'addMember',
          summary: 'Add a user to a chat room; with its own token, a user joins',
          tags,
          ...replies(AddedReply, [unknownRoomId, unknownUser, ...joinRows]),
        },
      },
    )
    .post(
      '/chatrooms/:id/users',
      async ({ app, call, caller, params: { id }, body }) => {
        const newmembers = folded(body.usernames)
        await commit(app.id, caller, 'addMembers', id, newmembers)
        return success(call, JSON.stringify({ newmembers, action: 'add_member', id }))
      },
      {
        body: Usernames,
        detail: {
          operationId: 'addMembers',
          summary: 'Add up to 100 users to a chat room',
          tags,
          ...replies(AddedSeveralReply, [
            unknownRoomId,
            unknownUser,
            ...joinRows,
            tooManyUsers('addMembers: addMembers number more than maxSize : 100'),
          ]),
        },
      },
    )
    .delete(
      '/chatrooms/:id/users/:username',
      async ({ app, call, caller, params: { id, username } }) => {
        const action = 'remove_member'
        if (!namesSeveral(username)) {
          const user = foldUsername(username)
          await commit(app.id, caller, 'removeMember', id, user)
          return success(call, JSON.stringify({ result: true, action, user, id }))
        }
        const outcomes = await commit(app.id, caller, 'removeMembers', id, namesIn(username))
        const data = outcomes.map(({ user, reason }) =>
          reason === undefined
            ? { result: true, action, user, id }
            : { result: false, action, reason, user, id },
        )
        return success(call, JSON.stringify(data))
      },
      {
        detail: {
          operationId: 'removeMembers',
          summary: 'Remove a member, or up to 60 with commas between; with its own token, a user leaves',
          tags,
          ...replies(RemovedReply, [
            unknownRoomId,
            unknownUser,
            notMembersRow,
            ownerRow,
            tooManyUsers('kickMember: kickMembers number more than maxSize : 60'),
          ]),
        },
      },
    )

  return new Elysia().use(reading).use(writing)
}
