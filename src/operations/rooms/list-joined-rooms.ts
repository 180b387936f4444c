import { Type as t } from '@sinclair/typebox'
import { type App, appKey } from '../../domain/app.ts'
import { userMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import type { Room } from '../../domain/room.ts'
import { foldUsername } from '../../domain/user.ts'
import { oneself } from '../allowed.ts'
import { read } from '../operation.ts'
import { inQuery, pageOf, pageParameters } from '../parameters.ts'
import { exactly, RoomId, says } from '../schemas.ts'
import { RoomName } from './schemas.ts'

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

/** Lists the rooms that a user is in [joined], the most recently joined first. */
export const listJoinedRooms = read({
  id: 'listJoinedRooms',
  routes: ['GET /users/:username/joined_chatrooms'],
  tag: 'rooms',
  summary: { en: 'List the chat rooms that a user has joined', zh: '获取用户加入的聊天室' },
  description: {
    en: `The most recently joined first; without paging the latest ${latest}.`,
    zh: `最近加入的在前；不分页时返回最近的 ${latest} 个。`,
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
    params: true,
  },
  failures: [userMissing],
  input({ params, query }) {
    const isPaged = query.has('pagenum') || query.has('pagesize')
    return {
      username: foldUsername(params.username),
      given: params.username,
      isDetailed: query.get('detail') === 'true',
      ...(isPaged ? pageOf(query, joinedPage) : { limit: latest, offset: 0 }),
    }
  },
  about: ({ username }) => [username],

  async run({ app, store }, { username, given, isDetailed, limit, offset }) {
    const page = { limit, number: offset / limit + 1 }
    const data = isDetailed
      ? (await store.rooms.pageJoinedInFull(app.id, username, limit, offset)).map((room) =>
          detailed(app, room, page),
        )
      : (await store.rooms.pageJoined(app.id, username, limit, offset)).map(({ id, name, disabled }) => ({
          id,
          name,
          disabled: String(disabled === 1),
        }))
    // Whoever is in a room is registered.
    if (data.length === 0 && !(await store.users.findUser(app.id, username)))
      throw userMissing({ username: given })
    return data
  },

  reply: (data) => ({ data, count: data.length }),
})
