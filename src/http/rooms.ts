import { Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../apps/app.ts'
import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import { roomNotFound } from '../rooms/room.ts'
import { checkChangesSomething } from '../rooms/rooms.ts'
import type { ListedRoom, RoomPosition } from '../store/rooms.ts'
import { forApp } from './access.ts'
import { bounds, userIdPattern } from './bounds.ts'
import { openCursor, sealCursor } from './cursor.ts'
import type { Deps } from './deps.ts'
import { askedIds, detailsOf } from './details.ts'
import { success } from './envelope.ts'
import {
  badCursor,
  badLimit,
  cursorParameter,
  limitOf,
  limitParameter,
  pageOf,
  pageParameters,
  queryOf,
} from './paging.ts'
import { enveloped, replies } from './replies.ts'
import {
  ChangeFlags,
  CreatedReply,
  DissolvedReply,
  ListedRoomReply,
  RoomsReply,
  textRows,
  unknownRoomId,
  unknownUser,
} from './room-replies.ts'

/** A page of rooms as it is answered: `data` as JSON text. */
interface ListPage {
  data: string
  count: number
  cursor: string | undefined
}

// Bounds that a setting of the app changes.
const nameBounds = bounds({ maxLength: limits.roomName.value })
const descriptionBounds = bounds({ maxLength: limits.roomDescription.value })

/** Fields that it does not name are ignored, as clients send some. A `default` here would replace bodies that are no objects. */
const RoomDraft = t.Object(
  {
    name: t.String({
      description: 'Room name, at most 128 characters.',
      examples: ['night owls'],
      ...nameBounds,
    }),
    description: t.String({
      description: 'Room description, at most 512 characters.',
      examples: ['late talk'],
      ...descriptionBounds,
    }),
    owner: t.String({
      description: 'User id of the owner; must be registered.',
      examples: ['alice'],
      ...bounds({ pattern: userIdPattern }),
    }),
    maxusers: t.Optional(
      t.Integer({
        description: 'Most members, the owner included: 1 to 10,000; 1000 when left out.',
        examples: [300],
        ...bounds({ minimum: 1 }),
      }),
    ),
    members: t.Optional(
      t.Array(t.String(), {
        description: 'User ids of the members, without the owner.',
        examples: [['bob']],
        ...bounds({ minItems: 1, items: { type: 'string', pattern: userIdPattern } }),
      }),
    ),
    custom: t.Optional(
      t.String({
        description: 'Extension text, at most 8 KB.',
        ...bounds({ maxLength: limits.roomCustom.value }),
      }),
    ),
    roomid: t.Optional(
      t.String({
        description: 'Chosen room id: 1 to 64 of a-z and 0-9.',
        ...bounds({ pattern: '^[a-z0-9]{1,64}$' }),
      }),
    ),
  },
  { additionalProperties: true },
)

/** A change of room info, or a transfer: the reference gives both the same method and path. */
const RoomChange = t.Object(
  {
    name: t.Optional(
      t.String({
        description: 'New name, at most 128 characters.',
        examples: ['early birds'],
        ...nameBounds,
      }),
    ),
    groupname: t.Optional(t.String({ description: 'The same as `name`, as client SDKs send it.' })),
    description: t.Optional(
      t.String({ description: 'New description, at most 512 characters.', ...descriptionBounds }),
    ),
    maxusers: t.Optional(
      t.Integer({ description: 'New ceiling, at least the members now.', ...bounds({ minimum: 1 }) }),
    ),
    newowner: t.Optional(
      t.String({
        description: 'Transfers the room to this member; sent alone.',
        ...bounds({ pattern: userIdPattern }),
      }),
    ),
    custom: t.Optional(t.String({ description: 'In the `sdk` dialect only.' })),
    need_verify: t.Optional(t.Unknown({ description: 'In the `sdk` dialect only; ignored.' })),
  },
  { additionalProperties: false },
)

const listedJson = (rooms: ListedRoom[]): string =>
  JSON.stringify(
    rooms.map((room) => ({
      id: room.id,
      name: room.name,
      owner: room.owner,
      affiliations_count: room.memberCount,
      disabled: false,
    })),
  )

const place = ({ created, id }: ListedRoom): string => `${created}:${id}`

function positionOf(placeText: string | undefined): RoomPosition | undefined {
  if (placeText === undefined) return undefined
  const [created = '', id = ''] = placeText.split(':')
  return { created: Number(created), id }
}

const roomsPage = { default: 10, most: limits.roomsPage.value }
const olderPage = { default: 20, most: limits.roomsPage.value }

export const roomRoutes = (deps: Deps) => {
  const { store, commit, answers } = deps

  const { one, many } = detailsOf(deps)

  /** Pages by the rooms they show: PostgreSQL answers what many ask at once with the same rooms. */
  const pages = new WeakMap<ListedRoom[], ListPage>()

  /** A page of the app's rooms from a place on, newest first. */
  async function listFrom(app: AppRecord, limit: number, position?: RoomPosition): Promise<ListPage> {
    const rooms = await store.rooms.listRooms(app.id, limit + 1, position)
    const known = pages.get(rooms)
    if (known) return known
    const shown = rooms.slice(0, limit)
    const last = shown.at(-1)
    const cursor = rooms.length > limit && last ? sealCursor(app, 'chatrooms', place(last)) : undefined
    const page = { data: listedJson(shown), count: shown.length, cursor }
    pages.set(rooms, page)
    return page
  }

  return forApp(deps)
    .get(
      '/chatrooms',
      async ({ app, call, request }) => {
        const query = queryOf(request)
        if (query.has('limit') || query.has('cursor') || !(query.has('pagenum') || query.has('pagesize'))) {
          const limit = limitOf(query, roomsPage)
          const position = positionOf(openCursor(app, 'chatrooms', query.get('cursor')))
          const { data, ...page } = await listFrom(app, limit, position)
          const extras = { params: query, ...page }
          if (position) return success(call, data, extras)
          // The first page is asked for most.
          return answers.success(request, call, { app, operation: 'listRooms', room: '' }, data, extras)
        }
        const { limit, offset } = pageOf(query, olderPage)
        const rooms = await store.rooms.pageRooms(app.id, limit, offset)
        return success(call, listedJson(rooms), { params: query, count: rooms.length })
      },
      {
        detail: {
          operationId: 'listRooms',
          summary: 'List the chat rooms of the app',
          description:
            'Newest first. With `pagenum` or `pagesize` alone it pages by number, as older clients do.',
          tags: ['Chat rooms'],
          parameters: [limitParameter(roomsPage), cursorParameter, ...pageParameters(olderPage)],
          ...replies(enveloped({ data: t.Array(ListedRoomReply), count: true, cursor: true, params: true }), [
            badLimit,
            badCursor,
          ]),
        },
      },
    )
    .get(
      '/chatrooms/:id',
      async ({ app, call, caller, params, request }) => {
        const ids = askedIds(params.id)
        const query = queryOf(request)
        if (ids.length > 1 || caller.kind === 'user' || app.settings.dialect === 'sdk') {
          return many(call, params.id, ids, query, caller)
        }
        const room = await one(app.id, params.id)
        if (room === undefined) throw roomNotFound(params.id)
        const about = { app, operation: 'getRooms', room: params.id }
        return answers.success(request, call, about, room, { params: query })
      },
      {
        detail: {
          operationId: 'getRooms',
          summary: 'Details of one chat room, or of up to 100',
          description:
            'One id answers an object, several an array, in the asked order and each once. Clients that log in as a user, ' +
            'and apps in the `sdk` dialect, are answered an array always.',
          tags: ['Chat rooms'],
          parameters: [
            {
              name: 'chatroom_id',
              in: 'path',
              description: 'One chat room id, or up to 100 separated by commas.',
              schema: { type: 'string' },
              example: '248710559375361',
            },
          ],
          ...replies(RoomsReply, [
            [
              'service_resource_not_found',
              'do not find this group:{chatroom_id}',
              'none of the ids names a chat room',
            ],
            ['invalid_parameter', 'at most 100 chatroom ids can be queried at once', 'more than 100 ids'],
          ]),
        },
      },
    )
    .post(
      '/chatrooms',
      async ({ app, call, caller, body }) =>
        success(call, JSON.stringify(await commit(app.id, caller, 'createRoom', body))),
      {
        body: RoomDraft,
        detail: {
          operationId: 'createRoom',
          summary: 'Create a chat room',
          description: 'The owner and the members are in it at once. Unknown fields are ignored.',
          tags: ['Chat rooms'],
          ...replies(enveloped({ data: CreatedReply }), [
            [
              'illegal_argument',
              'group ID {roomid} already exists!',
              'the chosen `roomid` is taken, or was once',
            ],
            [
              'illegal_argument',
              'group ID illegal, please check it',
              '`roomid` is not 1 to 64 of a-z and 0-9',
            ],
            [
              'invalid_parameter',
              'members must hold at least one user, or be left out',
              '`members` is empty (`docs` dialect)',
            ],
            [
              'exceed_limit',
              'appKey:{app_key} has create too many chatrooms!',
              'the app has as many as its quota `rooms` allows',
            ],
            [
              'exceed_limit',
              'user {username} has joined too many chatrooms!',
              'the user is in as many as `roomsPerUser` allows',
            ],
            [
              'exceed_limit',
              'members size is greater than max user size !',
              'owner and members are more than `maxusers`',
            ],
            ...textRows,
            unknownUser,
          ]),
        },
      },
    )
    .put(
      '/chatrooms/:id',
      async ({ app, call, caller, params, body }) => {
        if (body.newowner !== undefined) {
          if (Object.keys(body).length > 1) {
            throw new Failure('invalid_parameter', 'some of [newowner] are not valid fields')
          }
          await commit(app.id, caller, 'transferRoom', params.id, body.newowner)
          return success(call, '{"newowner":true}')
        }
        const { name, groupname, description, maxusers, custom } = body
        if (app.settings.dialect === 'docs') {
          const unknown = (['custom', 'need_verify'] as const).filter((field) => body[field] !== undefined)
          if (unknown.length > 0) {
            throw new Failure('invalid_parameter', `some of [${unknown.join(',')}] are not valid fields`)
          }
        }
        if (name !== undefined && groupname !== undefined && name !== groupname) {
          throw new Failure('invalid_parameter', 'name and groupname are the same field, but differ')
        }
        const change = { name: name ?? groupname, description, maxusers, custom }
        checkChangesSomething(change)
        await commit(app.id, caller, 'changeRoom', params.id, change)
        const { name: named, ...others } = change
        const flags = { groupname: named, ...others }
        const data = Object.entries(flags).filter(([, value]) => value !== undefined)
        return success(call, JSON.stringify(Object.fromEntries(data.map(([field]) => [field, true]))))
      },
      {
        body: RoomChange,
        detail: {
          operationId: 'changeRoom',
          summary: 'Change a chat room, or transfer it to another member',
          description:
            'Changes the fields that are sent, and answers `true` for each. `newowner`, sent alone, transfers the room; the ' +
            'previous owner stays as a member.',
          tags: ['Chat rooms'],
          ...replies(enveloped({ data: ChangeFlags }), [
            unknownRoomId,
            [
              'group_authorization',
              'you have no permission to do this.',
              'a transfer by another than the owner',
            ],
            [
              'forbidden_op',
              'can not join this group, reason:user {username} is in the blacklist',
              'a transfer, in the `sdk` dialect, to a user who is blocked',
            ],
            ...textRows,
            ['invalid_parameter', '{what} must be provided', 'the body names nothing to change'],
            [
              'invalid_parameter',
              'name and groupname are the same field, but differ',
              'both are sent with different values',
            ],
            [
              'forbidden_op',
              'current user count is larger than the maxUsers that you want to update !',
              '`maxusers` is below the members now',
            ],
            unknownUser,
            ['forbidden_op', 'new owner and old owner are the same', '`newowner` owns the chat room already'],
            [
              'forbidden_op',
              "user: {username} doesn't exist in group: {chatroom_id}",
              '`newowner` is no member (`docs` dialect)',
            ],
            [
              'exceed_limit',
              'members size is greater than max user size !',
              'no space for `newowner` (`sdk` dialect)',
            ],
            [
              'exceed_limit',
              'user {username} has joined too many chatrooms!',
              '`newowner` is in as many as it may (`sdk` dialect)',
            ],
          ]),
        },
      },
    )
    .delete(
      '/chatrooms/:id',
      async ({ app, call, caller, params }) => {
        await commit(app.id, caller, 'dissolveRoom', params.id)
        return success(call, JSON.stringify({ success: true, id: params.id }))
      },
      {
        detail: {
          operationId: 'dissolveRoom',
          summary: 'Dissolve a chat room',
          description: 'Everybody leaves it, and its id is never given again.',
          tags: ['Chat rooms'],
          ...replies(enveloped({ data: DissolvedReply }), [unknownRoomId]),
        },
      },
    )
}
