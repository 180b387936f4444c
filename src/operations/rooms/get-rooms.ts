import { Type as t } from '@sinclair/typebox'
import { andThen } from '../../domain/and-then.ts'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { roomNotFound } from '../../domain/room.ts'
import type { Awaitable } from '../../store/database.ts'
import { everyone } from '../allowed.ts'
import { read } from '../operation.ts'
import { Json } from '../request.ts'
import { exactly } from '../schemas.ts'
import { type Details, detailsOfMany, detailsOfOne } from './room-details.ts'
import { Room } from './schemas.ts'

const mostRooms = limits.roomsAsked.value

const tooMany = failure('invalid_parameter', `at most ${mostRooms} chatroom ids can be queried at once`, {
  en: `more than ${mostRooms} ids`,
  zh: `超过 ${mostRooms} 个 ID`,
})

const noneFound = failure(roomNotFound.word, roomNotFound.text, {
  en: 'none of the ids names a chat room',
  zh: '没有一个 ID 对应聊天室',
  lift: roomNotFound.when.lift,
})

/** The requested ids, each once, in order. */
function idsIn(segment: string): string[] {
  if (!segment.includes(',')) return [segment]
  const ids = [...new Set(segment.split(',').filter((id) => id !== ''))]
  if (ids.length > mostRooms) throw tooMany()
  return ids
}

const UnknownRoom = exactly({ id: t.String(), error: t.Literal("group id doesn't exist") })

/** Details of one room, or of several in the order of the request [details]. */
export const getRooms = read({
  id: 'getRooms',
  routes: ['GET /chatrooms/:chatroom_id'],
  tag: 'rooms',
  summary: {
    en: `Details of one chat room, or of up to ${mostRooms}`,
    zh: `查询聊天室详情，一次最多 ${mostRooms} 个`,
  },
  description: {
    en:
      'One id returns an object, several an array, in the order of the request and each once. Clients that log in as a user, ' +
      'and official server SDKs (`sdk` dialect), always get an array.',
    zh: '一个 ID 返回对象，多个 ID 按请求顺序去重后返回数组。使用用户 Token 或官方服务端 SDK（`sdk` 格式）调用时，始终返回数组。',
  },
  allowed: everyone,
  parameters: [
    {
      name: 'chatroom_id',
      in: 'path',
      says: {
        en: `One chat room id, or up to ${mostRooms} separated by commas.`,
        zh: `聊天室 ID，多个以逗号分隔，最多 ${mostRooms} 个。`,
      },
      schema: { type: 'string' },
      example: '248710559375361',
    },
  ],
  hasDialects: true,
  response: {
    data: t.Union([Room, t.Array(t.Union([Room, UnknownRoom]))]),
    count: 'of arrays',
    params: true,
  },
  failures: [noneFound, tooMany],
  input({ caller, dialect, params: { chatroom_id: segment } }) {
    const ids = idsIn(segment)
    const isArray = ids.length > 1 || caller.kind === 'user' || dialect === 'sdk'
    return { segment, ids, isArray }
  },
  dependsOn: ({ segment, isArray }) => (isArray ? undefined : [segment]),

  run(context, { segment, ids, isArray }): Awaitable<Details> {
    const found = isArray ? detailsOfMany(context, ids) : detailsOfOne(context, segment)
    return andThen(found, (details) => {
      if (!details) throw noneFound({ chatroom_id: segment })
      return details
    })
  },

  reply: ({ json, version }, { ids, isArray }) => ({
    data: new Json(json),
    ...(isArray ? { count: ids.length } : { etag: `"${version}"` }),
  }),
})
