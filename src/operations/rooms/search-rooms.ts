import { limits } from '../../domain/limits.ts'
import {
  badFilter,
  planOf,
  questionNames,
  questionOf,
  type RoomPlan,
  tooManyToSearch,
} from '../../domain/room-filter.ts'
import type { FoundPosition, FoundRoom } from '../../store/room-search.ts'
import { oneself } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import type { ReadContext } from '../operation.ts'
import { badLimit, inQuery, limitOf, type Parameter } from '../parameters.ts'

const page = { default: 10, most: limits.roomsPage.value }
const most = limits.roomsSearched.value

/** What a search may fail with. */
export const searchFailures = [badFilter, badLimit, badCursor, tooManyToSearch, oneself.refusal] as const

export interface SearchedPage {
  rooms: FoundRoom[]
  cursor: string | undefined
  total: number | undefined
}

/** What is asked for beyond the plain list. */
export interface Search {
  plan: RoomPlan
  limit: number
  hasTotal: boolean
  cursor: string | null
}

/** What a query asks for beyond the plain list; undefined where it asks for no more. */
export function searchOf(query: URLSearchParams, member?: string): Search | undefined {
  if (query.size === 0 || !query.keys().some((name) => questionNames.has(name))) return undefined
  const total = query.get('total')
  if (total !== null && total !== 'true' && total !== 'false') throw badFilter({ parameter: 'total' })
  return {
    plan: planOf(questionOf((name) => query.get(name), member)),
    limit: limitOf(query, page),
    hasTotal: total === 'true',
    cursor: query.get('cursor'),
  }
}

function positionOf(text: string | undefined, { sort }: RoomPlan): FoundPosition | undefined {
  if (text === undefined) return undefined
  const split = text.indexOf(':')
  const key = text.slice(split + 1)
  return { id: text.slice(0, split), key: sort === 'name' ? key : Number(key) }
}

/** Fails where the rooms among which a plan searches are more than are read for one call. */
async function checkSearched({ app, store }: ReadContext, plan: RoomPlan): Promise<void> {
  if ((await store.rooms.countIndexed(app.id, plan, most + 1)) > most) throw tooManyToSearch({ limit: most })
}

/** How many rooms there are where nothing narrows them, from what their quota has left; undefined where it takes a count. */
async function countedByQuota({ app, store }: ReadContext, plan: RoomPlan): Promise<number | undefined> {
  const { rooms: limit } = app.settings
  if (limit === null || Object.keys(plan.filter).length > 0) return undefined
  const left = await store.quotas.remaining(app.id, 'rooms')
  return left === undefined ? undefined : limit - left
}

/** One page of the rooms that are asked for. */
export async function searchRooms(
  context: ReadContext,
  { plan, limit, hasTotal, cursor }: Search,
): Promise<SearchedPage> {
  const { app, caller, store } = context
  const { member } = plan.filter
  if (member !== undefined && caller.kind === 'user' && caller.username !== member)
    throw oneself.refusal({ usernames: member })
  const { filter, sort, ascending } = plan
  const list = `chatrooms:${JSON.stringify({ filter, sort, ascending })}`
  const position = positionOf(openCursor(app, list, cursor), plan)
  const counted = hasTotal ? await countedByQuota(context, plan) : undefined
  if (!plan.isDirect || (hasTotal && counted === undefined)) await checkSearched(context, plan)
  const found = await store.rooms.findRooms(app.id, plan, limit + 1, position)
  const rooms = found.slice(0, limit)
  const last = found.length > limit ? rooms.at(-1) : undefined
  return {
    rooms,
    cursor: last && sealCursor(app, list, `${last.id}:${last.key}`),
    total: hasTotal ? (counted ?? (await store.rooms.countFound(app.id, plan))) : undefined,
  }
}

const text = { type: 'string', minLength: 1 }
const number = { type: 'integer', minimum: 0 }

const narrowed = {
  en: `Only among ${most.toLocaleString('en-US')} chat rooms at most: narrow more by \`owner\`, \`member\` or time.`,
  zh: `仅在不超过 ${most} 个聊天室的范围内检索；更多时请用 \`owner\`、\`member\` 或时间缩小范围。`,
}

/** Parameters of a search, as the API description has them. */
export const searchParameters = (joined: boolean): Parameter[] => [
  inQuery('owner', 'Owned by this user.', '该用户拥有的。', text),
  ...(joined
    ? []
    : [
        inQuery(
          'member',
          'With this member; users ask for themselves only.',
          '该用户已加入的；用户只能查询自己。',
          text,
        ),
      ]),
  inQuery(
    'name',
    `Whose name contains this, whatever its case and width. ${narrowed.en}`,
    `名称包含该文本，不区分大小写和全半角。${narrowed.zh}`,
    text,
  ),
  inQuery(
    'custom',
    `Whose extension text contains this. ${narrowed.en}`,
    `扩展信息包含该文本。${narrowed.zh}`,
    text,
  ),
  inQuery('created_after', 'Created later than this, Unix ms.', '创建时间晚于该时间（Unix 毫秒）。', number),
  inQuery(
    'created_before',
    'Created earlier than this, Unix ms.',
    '创建时间早于该时间（Unix 毫秒）。',
    number,
  ),
  inQuery(
    'members_min',
    `With at least as many members. ${narrowed.en}`,
    `成员数不少于。${narrowed.zh}`,
    number,
  ),
  inQuery(
    'members_max',
    `With at most as many members. ${narrowed.en}`,
    `成员数不多于。${narrowed.zh}`,
    number,
  ),
  inQuery(
    'sort',
    `\`activity\` is the last message, join or change, to ${limits.activityDelay.value / 1000} seconds; \`name\` is by code point. By \`members\`, \`name\` and what no filter has an index for: ${narrowed.en}`,
    `\`activity\` 为最近一次消息、加入或修改的时间，精确到 ${limits.activityDelay.value / 1000} 秒；\`name\` 按码点排序。按 \`members\`、\`name\` 等无索引的顺序：${narrowed.zh}`,
    {
      type: 'string',
      enum: ['created', 'members', 'activity', 'name', 'joined'],
      default: joined ? 'joined' : 'created',
    },
  ),
  inQuery('direction', '`desc` if not given; `asc` for names.', '默认 `desc`；按名称时为 `asc`。', {
    type: 'string',
    enum: ['asc', 'desc'],
  }),
  inQuery(
    'total',
    `\`true\`: how many there are on all pages. ${narrowed.en} Of all chat rooms at any number, where the app has the quota \`rooms\`.`,
    `\`true\` 表示返回总数。${narrowed.zh}应用设置了配额 \`rooms\` 时，无条件的总数不受此限。`,
    {
      type: 'boolean',
    },
  ),
]
