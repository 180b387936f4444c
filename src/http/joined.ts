import { Type as t } from '@sinclair/typebox'
import { type App, appKey } from '../apps/app.ts'
import { limits } from '../limits.ts'
import { authorise } from '../rooms/access.ts'
import type { Room } from '../rooms/room.ts'
import { foldUsername, userMissing } from '../users/user.ts'
import { forApp } from './access.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import { pageOf, pageParameters, queryOf } from './paging.ts'
import { enveloped, replies } from './replies.ts'
import { JoinedRoomReply, unknownUser } from './room-replies.ts'

const joinedPage = { default: 1000, most: limits.joinedPage.value }

/** Rooms in the answer when the request asks for no page. */
const latest = limits.joinedUnpaged.value

/** The long form that client SDKs ask for with `detail=true`: every value is a text. */
const detailed = (app: App, room: Room, page: { limit: number; number: number }) => ({
  id: room.id,
  title: room.name,
  owner: `${appKey(app)}_${room.owner}`,
  created: String(room.created),
  last_modified: String(room.created),
  description: room.description,
  custom: room.custom,
  max_users: String(room.maxusers),
  mute: String(room.mute),
  mute_duration: '-1',
  members_only: 'false',
  public: 'true',
  allow_user_invites: 'false',
  invite_need_confirm: 'true',
  disabled: 'false',
  type: 'chatroom',
  scale: 'large',
  appkey: appKey(app),
  owner_can_leave: 'true',
  curr_page: String(page.number),
  pg_size: String(page.limit),
})

const JoinedDetailsReply = t.Record(t.String(), t.String(), {
  description: 'With `detail=true`: every value is a text; `owner` is `org#app_user`.',
  examples: [{ id: '248710559375361', title: 'night owls', owner: 'demo#chat_alice', max_users: '300' }],
})

export const joinedRoutes = ({ store, ...deps }: Deps) =>
  forApp({ store, ...deps }).get(
    '/users/:username/joined_chatrooms',
    async ({ app, call, caller, params, request }) => {
      const query = queryOf(request)
      const username = foldUsername(params.username)
      await authorise({ app, caller, store }, 'listJoinedRooms', undefined, [username])
      const paged = query.has('pagenum') || query.has('pagesize')
      const { limit, offset } = paged ? pageOf(query, joinedPage) : { limit: latest, offset: 0 }
      const page = { limit, number: offset / limit + 1 }
      const data =
        query.get('detail') === 'true'
          ? (await store.rooms.pageJoinedInFull(app.id, username, limit, offset)).map((room) =>
              detailed(app, room, page),
            )
          : (await store.rooms.pageJoined(app.id, username, limit, offset)).map(({ id, name }) => ({
              id,
              name,
              disabled: 'false',
            }))
      // Whoever is in a room is registered.
      if (data.length === 0 && !(await store.users.findUser(app.id, username)))
        throw userMissing(params.username)
      return success(call, JSON.stringify(data), { params: query, count: data.length })
    },
    {
      detail: {
        operationId: 'listJoinedRooms',
        summary: 'List the chat rooms that a user has joined',
        description: 'The most recently joined first; without paging the latest 500.',
        tags: ['Chat rooms'],
        parameters: [
          {
            name: 'detail',
            in: 'query' as const,
            description: '`true` for the long form that client SDKs read.',
            schema: { type: 'boolean' as const },
          },
          ...pageParameters(joinedPage),
        ],
        ...replies(
          enveloped({
            data: t.Array(t.Union([JoinedRoomReply, JoinedDetailsReply])),
            count: true,
            params: true,
          }),
          [unknownUser],
        ),
      },
    },
  )
