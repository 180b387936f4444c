import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { anyRoom } from '../../domain/subject.ts'
import type { RoomPosition } from '../../store/room-reads.ts'
import type { ListedRoom as Listed } from '../../store/room-rows.ts'
import { everyone } from '../allowed.ts'
import { openCursor, sealCursor } from '../cursor.ts'
import { type ReadContext, read } from '../operation.ts'
import { cursorParameter, limitOf, limitParameter, pageOf, pageParameters } from '../parameters.ts'
import { Json } from '../request.ts'
import { ListedRoom } from './schemas.ts'
import { searchFailures, searchOf, searchParameters, searchRooms } from './search-rooms.ts'

const roomsPage = { default: 10, most: limits.roomsPage.value }
const olderPage = { default: 20, most: limits.roomsPage.value }

interface ListPage {
  data: Json
  count: number
  total?: number | undefined
  cursor?: string | undefined
}

const jsonOf = (rooms: Listed[]): Json =>
  new Json(
    JSON.stringify(
      rooms.map((room) => ({
        id: room.id,
        name: room.name,
        owner: room.owner,
        affiliations_count: room.memberCount,
        disabled: room.disabled === 1,
      })),
    ),
  )

function positionOf(position: string | undefined): RoomPosition | undefined {
  if (position === undefined) return undefined
  const [created = '', id = ''] = position.split(':')
  return { createdUs: Number(created), id }
}

/** Pages by the rooms they show: the same rooms serve many concurrent callers (coalesced reads). */
const pages = new WeakMap<Listed[], ListPage>()

/** A page from a cursor on, newest first. */
async function pageFrom({ app, store }: ReadContext, limit: number, position?: RoomPosition) {
  const rooms = await store.rooms.listRooms(app.id, limit + 1, position)
  const known = pages.get(rooms)
  if (known) return known
  const shown = rooms.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = rooms.length > limit && last
  const page: ListPage = {
    data: jsonOf(shown),
    count: shown.length,
    cursor: hasMore ? sealCursor(app, 'chatrooms', `${last.createdUs}:${last.id}`) : undefined,
  }
  pages.set(rooms, page)
  return page
}

const isByCursor = (query: URLSearchParams): boolean =>
  query.has('limit') || query.has('cursor') || !(query.has('pagenum') || query.has('pagesize'))

/** Lists the rooms of the app [list], newest first. */
export const listRooms = read({
  id: 'listRooms',
  routes: ['GET /chatrooms'],
  tag: 'rooms',
  summary: { en: 'List the chat rooms of the app', zh: '获取应用下的聊天室列表' },
  description: {
    en: 'Newest first. With `pagenum` or `pagesize` alone it pages by number, as older clients do. The other parameters are our own: with any of them it pages by cursor. A room whose place in the order changes between two pages may stand on both or none; others never.',
    zh: '最新创建的在前。只带 `pagenum` 或 `pagesize` 时按页码分页，兼容旧客户端。其余参数为本服务扩展，使用时按游标分页；翻页期间排序值变化的聊天室可能重复或遗漏，其他聊天室不会。',
  },
  allowed: everyone,
  callsPerSecond: 50,
  parameters: [
    limitParameter(roomsPage),
    cursorParameter,
    ...pageParameters(olderPage),
    ...searchParameters(false),
  ],
  response: { data: t.Array(ListedRoom), count: true, total: true, cursor: true, params: true },
  failures: [...searchFailures],
  input: ({ query }) => ({ query, search: searchOf(query) }),
  // The first page is read most.
  dependsOn: ({ query, search }) =>
    search === undefined && isByCursor(query) && !query.get('cursor') ? [anyRoom] : undefined,

  async run(context, { query, search }): Promise<ListPage> {
    const { app, store } = context
    if (search) {
      const { rooms, ...rest } = await searchRooms(context, search)
      return { data: jsonOf(rooms), count: rooms.length, ...rest }
    }
    if (isByCursor(query)) {
      const limit = limitOf(query, roomsPage)
      return pageFrom(context, limit, positionOf(openCursor(app, 'chatrooms', query.get('cursor'))))
    }
    const { limit, offset } = pageOf(query, olderPage)
    const rooms = await store.rooms.pageRooms(app.id, limit, offset)
    return { data: jsonOf(rooms), count: rooms.length }
  },

  reply: (page) => ({ ...page }),
})
