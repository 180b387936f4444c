import { Type as t } from '@sinclair/typebox'
import { andThen } from '../../domain/and-then.ts'
import { type App, appKey } from '../../domain/app.ts'
import { userMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import type { Room } from '../../domain/room.ts'
import { joinedBy } from '../../domain/subject.ts'
import { foldUsername } from '../../domain/user.ts'
import type { Awaitable } from '../../store/database.ts'
import type { JoinedRoom } from '../../store/joined-rooms.ts'
import { oneself } from '../allowed.ts'
import { type ReadContext, read } from '../operation.ts'
import { cursorParameter, inQuery, limitParameter, pageOf, pageParameters } from '../parameters.ts'
import { exactly, RoomId, says } from '../schemas.ts'
import { RoomName } from './schemas.ts'
import { type Search, searchFailures, searchOf, searchParameters, searchRooms } from './search-rooms.ts'

const joinedPage = { default: 1000, most: limits.joinedPage.value }

/** Rooms in the response when the request names no page. */
const latest = limits.joinedUnpaged.value

/** The long form that client SDKs request with `detail=true`: every value is a text. */
const detailed = (app: App, room: Room, page: { limit: number; number: number }) => ({
  id: room.id,
  title: room.name,
  owner: `${appKey(app)}_${room.owner}`,
  created: String(room.createdMs),
  last_modified: String(room.createdMs),
  description: room.description,
  custom: room.custom,
  max_users: String(room.maxusers),
  mute: String(room.mute),
  mute_duration: '-1',
  members_only: 'false',
  public: 'true',
  allow_user_invites: 'false',
  invite_need_confirm: 'true',
  disabled: String(room.disabled),
  type: 'chatroom',
  scale: 'large',
  appkey: appKey(app),
  owner_can_leave: 'true',
  curr_page: String(page.number),
  pg_size: String(page.limit),
})

const brief = ({ id, name, disabled }: JoinedRoom) => ({ id, name, disabled: String(disabled === 1) })

interface Joined {
  data: { id: string }[]
  cursor?: string | undefined
  total?: number | undefined
}

/** A page of those that meet conditions, or in another order. */
async function searchJoined(context: ReadContext, search: Search, isDetailed: boolean): Promise<Joined> {
  const { app, store } = context
  const { rooms, ...rest } = await searchRooms(context, search)
  if (!isDetailed) return { data: rooms.map(brief), ...rest }
  const whole = await Promise.all(rooms.map(({ id }) => store.rooms.findRoom(app.id, id)))
  const page = { limit: search.limit, number: 1 }
  return { data: whole.flatMap((room) => (room ? [detailed(app, room, page)] : [])), ...rest }
}

/** What names a page of a user's rooms. */
interface Page {
  username: string
  isDetailed: boolean
  limit: number
  offset: number
}

function joinedPageOf(
  { app, store }: ReadContext,
  { username, isDetailed, limit, offset }: Page,
): Awaitable<Joined> {
  if (!isDetailed)
    return andThen(store.rooms.pageJoined(app.id, username, limit, offset), (rooms) => ({
      data: rooms.map(brief),
    }))
  const page = { limit, number: offset / limit + 1 }
  return andThen(store.rooms.pageJoinedInFull(app.id, username, limit, offset), (rooms) => ({
    data: rooms.map((room) => detailed(app, room, page)),
  }))
}

/** Lists the rooms that a user is in [joined], the most recently joined first. */
export const listJoinedRooms = read({
  id: 'listJoinedRooms',
  routes: ['GET /users/:username/joined_chatrooms'],
  tag: 'rooms',
  summary: { en: 'List the chat rooms that a user has joined', zh: '获取用户加入的聊天室' },
  description: {
    en: `The most recently joined first; without paging the latest ${latest}. \`owner\` and what follows it are our own: with any of these it pages by cursor.`,
    zh: `最近加入的在前；不分页时返回最近的 ${latest} 个。\`owner\` 及其后的参数为本服务扩展，使用时按游标分页。`,
  },
  allowed: oneself,
  callsPerSecond: 50,
  parameters: [
    inQuery(
      'detail',
      '`true` for the long form that client SDKs read.',
      '`true` 返回客户端 SDK 所用的完整信息。',
      { type: 'boolean' },
    ),
    ...pageParameters(joinedPage),
    limitParameter({ default: 10, most: limits.roomsPage.value }),
    cursorParameter,
    ...searchParameters(true),
  ],
  response: {
    data: t.Array(
      t.Union([
        exactly({ id: RoomId, name: RoomName, disabled: t.Union([t.Literal('false'), t.Literal('true')]) }),
        t.Record(t.String(), t.String(), {
          ...says(
            'With `detail=true`: every value is a text; `owner` is `org#app_user`.',
            '`detail=true` 时：所有值都是字符串，`owner` 形如 `org#app_user`。',
          ),
          examples: [
            { id: '248710559375361', title: 'night owls', owner: 'demo#chat_alice', max_users: '300' },
          ],
        }),
      ]),
    ),
    count: true,
    total: true,
    cursor: true,
    params: true,
  },
  failures: [userMissing, ...searchFailures],
  input({ params, query }) {
    const isPaged = query.has('pagenum') || query.has('pagesize')
    return {
      username: foldUsername(params.username),
      given: params.username,
      search: searchOf(query, params.username),
      isDetailed: query.get('detail') === 'true',
      ...(isPaged ? pageOf(query, joinedPage) : { limit: latest, offset: 0 }),
    }
  },
  about: ({ username }) => [username],

  run(context, input): Awaitable<Joined> {
    const { app, store } = context
    const { username, given, search } = input
    return andThen(
      search ? searchJoined(context, search, input.isDetailed) : joinedPageOf(context, input),
      (found) => {
        // Whoever is in a room is registered.
        if (found.data.length > 0) return found
        return andThen(store.users.findUser(app.id, username), (user) => {
          if (!user) throw userMissing({ username: given })
          return found
        })
      },
    )
  },

  // What is not on the first page moves where somebody leaves a room that is.
  dependsOn: ({ username, search, offset }, _, { data }) =>
    search || offset > 0 ? undefined : [joinedBy(username), ...data.map(({ id }) => id)],

  reply: ({ data, ...rest }) => ({ data, count: data.length, ...rest }),
})
