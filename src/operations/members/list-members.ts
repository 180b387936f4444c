import { Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../../domain/app.ts'
import { limits } from '../../domain/limits.ts'
import type { Room } from '../../domain/room.ts'
import { roomNotFound } from '../../domain/room.ts'
import type { MemberPosition } from '../../store/member-reads.ts'
import type { ReadStore } from '../../store/store.ts'
import { members } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { readRoom } from '../operation.ts'
import {
  badLimit,
  cursorParameter,
  inQuery,
  limitOf,
  limitParameter,
  pageOf,
  pageParameters,
} from '../parameters.ts'
import { exactly, milliseconds, UserId } from '../schemas.ts'

const namedPage = { default: 10, most: limits.membersPage.value }
const timedPage = { default: 50, most: limits.timedMembersPage.value }
const olderPage = { default: 1000, most: limits.membersPage.value }

/** What a client reads: roles and times; user ids without the owner; or pages by number. */
type Asked =
  | { form: 'timed' | 'named'; limit: number; isAscending: boolean; cursor: string | null }
  | { form: 'paged'; limit: number; offset: number }

/** The query selects the form of the response. */
function askedOf(query: URLSearchParams): Asked {
  const rest = { isAscending: query.get('sort') === 'asc', cursor: query.get('cursor') }
  if (query.get('joined_time') === 'true') return { form: 'timed', limit: limitOf(query, timedPage), ...rest }
  if (query.get('version') === 'v3' && (query.has('limit') || query.has('cursor')))
    return { form: 'named', limit: limitOf(query, namedPage), ...rest }
  return { form: 'paged', ...pageOf(query, olderPage) }
}

function positionOf(text: string | undefined): MemberPosition | undefined {
  if (text === undefined) return undefined
  const split = text.indexOf(':')
  return { joinedUs: Number(text.slice(0, split)), username: text.slice(split + 1) }
}

/** A page by when members joined, the latest first unless ascending, and the cursor of the next. */
async function pageByTime(
  app: AppRecord,
  store: ReadStore,
  room: Room,
  { form, limit, isAscending, cursor }: Extract<Asked, { cursor: unknown }>,
) {
  const without = form === 'named' ? room.owner : ''
  const list = `members:${room.id}:${without}:${isAscending}`
  const found = await store.members.listMembers(app.id, room.id, {
    ascending: isAscending,
    without,
    limit: limit + 1,
    position: positionOf(openCursor(app, list, cursor)),
  })
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const hasMore = found.length > limit && last
  return { page, cursor: hasMore ? sealCursor(app, list, `${last.joinedUs}:${last.username}`) : undefined }
}

const joined_time = milliseconds('When the member joined, Unix ms.', '加入时间，Unix 毫秒。')

/** Lists who is in a room, in the form that the query selects. */
export const listMembers = readRoom({
  id: 'listMembers',
  routes: ['GET /chatrooms/:chatroom_id/users'],
  tag: 'members',
  summary: { en: 'List the members of a chat room', zh: '获取聊天室成员列表' },
  description: {
    en: 'Three forms: `pagenum` and `pagesize`; `version=v3` with `limit` and `cursor` (user ids without the owner, `sort=asc` for the earliest first); `joined_time=true` with `limit` and `cursor` (roles and times).',
    zh: '三种形式：`pagenum` 与 `pagesize`；`version=v3` 配合 `limit` 与 `cursor`（只含用户 ID，不含所有者，`sort=asc` 表示最早加入的在前）；`joined_time=true` 配合 `limit` 与 `cursor`（含角色和加入时间）。',
  },
  allowed: members,
  missing: roomNotFound,
  parameters: [
    inQuery(
      'version',
      '`v3` for user ids with `limit` and `cursor`; anything else counts as absent.',
      '`v3` 配合 `limit` 与 `cursor` 时只返回用户 ID；其他值视为未传。',
      { type: 'string', examples: ['v3'] },
    ),
    inQuery(
      'joined_time',
      '`true` for roles and times of joining; anything else counts as absent.',
      '`true` 表示返回角色和加入时间；其他值视为未传。',
      { type: 'string', examples: ['true'] },
    ),
    inQuery(
      'sort',
      '`asc` for the earliest first; anything else for the latest. With `limit` and `cursor`.',
      '`asc` 表示最早加入的在前，其他值表示最近加入的在前；配合 `limit` 与 `cursor`。',
      { type: 'string', examples: ['asc'] },
    ),
    limitParameter(namedPage),
    cursorParameter,
    ...pageParameters(olderPage),
  ],
  response: {
    data: t.Union([
      t.Array(t.Union([exactly({ member: UserId }), exactly({ owner: UserId })])),
      t.Array(UserId),
      t.Array(
        t.Union([
          exactly({ member: UserId, joined_time }),
          exactly({ admin: UserId, joined_time }),
          exactly({ owner: UserId, joined_time }),
        ]),
      ),
    ]),
    count: true,
    cursor: true,
    params: true,
  },
  failures: [badLimit, badCursor],
  input: ({ params, query }) => ({ room: params.chatroom_id, query }),

  async run({ app, store, room }, { query }) {
    const asked = askedOf(query)
    if (asked.form === 'paged') {
      const usernames = await store.members.pageMembers(app.id, room.id, asked.limit, asked.offset)
      const data = usernames.map((user) => ({ [user === room.owner ? 'owner' : 'member']: user }))
      return { data, cursor: undefined }
    }
    const { page, cursor } = await pageByTime(app, store, room, asked)
    const data =
      asked.form === 'named'
        ? page.map(({ username }) => username)
        : page.map(({ username, admin, joinedUs: joined }) => ({
            [username === room.owner ? 'owner' : admin ? 'admin' : 'member']: username,
            joined_time: Math.floor(joined / 1000),
          }))
    return { data, cursor }
  },

  reply: ({ data, cursor }) => ({ data, count: data.length, cursor }),
})
