import { failure } from './failures.ts'
import { fold } from './keywords/fold.ts'
import { limits } from './limits.ts'
import { foldUsername } from './user.ts'

/** Which rooms are meant: those that meet every condition. */
export interface RoomFilter {
  owner?: string
  member?: string
  /** Part of the name, without case and width. */
  name?: string
  /** Part of the extension text, as it is. */
  custom?: string
  /** Unix ms; later than this. */
  createdAfter?: number
  /** Unix ms; earlier than this. */
  createdBefore?: number
  membersMin?: number
  membersMax?: number
}

/** `joined` is the order of a user's rooms by when it came into them. */
export type RoomSort = 'created' | 'members' | 'activity' | 'name' | 'joined'

/** A list of rooms that somebody asks for. */
export interface RoomQuestion {
  filter: RoomFilter
  sort: RoomSort
  ascending: boolean
}

/** By what rooms are found: an index that holds all that are meant, and perhaps others. */
type RoomIndex = 'created' | 'owner' | 'member' | 'activity'

export interface RoomPlan extends RoomQuestion {
  index: RoomIndex
  /** All rooms of the index are meant, and they stand in the order that is asked for: a page costs the same among any number. */
  isDirect: boolean
}

const names = {
  owner: 'owner',
  member: 'member',
  name: 'name',
  custom: 'custom',
  created_after: 'createdAfter',
  created_before: 'createdBefore',
  members_min: 'membersMin',
  members_max: 'membersMax',
} as const satisfies Record<string, keyof RoomFilter>

/** Names of the conditions on the wire. */
const filterNames = Object.keys(names) as (keyof typeof names)[]

/** Names of all that a list of rooms can be asked beside its page. */
export const questionNames: ReadonlySet<string> = new Set([...filterNames, 'sort', 'direction', 'total'])

export const badFilter = failure('invalid_parameter', '{parameter} is not valid', {
  en: 'a condition or an order of the list is empty or has another form',
  zh: '列表的某个筛选或排序参数为空或格式不正确',
})

const most = limits.roomsSearched.value

export const tooManyToSearch = failure(
  'exceed_limit',
  'more than {limit} chat rooms would have to be searched; narrow them by owner, member, created_after or created_before',
  {
    en: `no index has what is asked for, and more than ${most} chat rooms would have to be searched for it`,
    zh: `没有可用的索引，且需要检索的聊天室超过 ${most} 个`,
    lift: {
      en: 'narrow the search by `owner`, `member` or times of creation',
      zh: '使用 `owner`、`member` 或创建时间缩小范围',
    },
  },
)

/** As many as a column of members can hold. */
const mostMembers = 2 ** 31 - 1

const texts: Record<'owner' | 'member' | 'name' | 'custom', (text: string) => string> = {
  owner: foldUsername,
  member: foldUsername,
  name: fold,
  custom: (text) => text,
}

const isTextual = (key: keyof RoomFilter): key is keyof typeof texts => Object.hasOwn(texts, key)

/** One condition. Fails with `badFilter` for what is empty, no whole text, or no number. */
function conditionOf(parameter: string, key: keyof RoomFilter, text: string): string | number {
  if (isTextual(key)) {
    const value = texts[key](text)
    if (value !== '' && value.isWellFormed()) return value
  } else if (/^\d{1,15}$/.test(text)) {
    return key.startsWith('members') ? Math.min(Number(text), mostMembers) : Number(text)
  }
  throw badFilter({ parameter })
}

/** A filter by the names on the wire. */
export const shownFilter = (filter: RoomFilter): Record<string, string | number> =>
  Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = filter[names[name]]
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** Reads a filter; `get` gives a condition by its name on the wire. */
export function filterOf(get: (name: string) => string | null | undefined): RoomFilter {
  const filter: Record<string, string | number> = {}
  for (const parameter of filterNames) {
    const text = get(parameter) ?? undefined
    if (text === undefined) continue
    filter[names[parameter]] = conditionOf(parameter, names[parameter], text)
  }
  return filter as RoomFilter
}

const sorts = ['created', 'members', 'activity', 'name', 'joined'] as const
const directions = ['asc', 'desc'] as const

/** Names are read from A on, all else from the largest or the latest on. */
const usualDirection = (sort: RoomSort) => (sort === 'name' ? 'asc' : 'desc')

function oneOf<T extends string>(among: readonly T[], parameter: string, text: string): T {
  const found = among.find((each) => each === text)
  if (found === undefined) throw badFilter({ parameter })
  return found
}

/** Reads what a list is asked: of all rooms, or of the rooms of a member. */
export function questionOf(get: (name: string) => string | null, member?: string): RoomQuestion {
  const filter = filterOf((name) => (member !== undefined && name === 'member' ? member : get(name)))
  const sort = oneOf(sorts, 'sort', get('sort') ?? (member === undefined ? 'created' : 'joined'))
  if (sort === 'joined' && filter.member === undefined) throw badFilter({ parameter: 'sort' })
  const direction = oneOf(directions, 'direction', get('direction') ?? usualDirection(sort))
  return { filter, sort, ascending: direction === 'asc' }
}

const indexFor = ({ filter, sort }: RoomQuestion): RoomIndex => {
  if (filter.member !== undefined) return 'member'
  if (filter.owner !== undefined) return 'owner'
  const isWithinTime = filter.createdAfter !== undefined || filter.createdBefore !== undefined
  return sort === 'activity' && !isWithinTime ? 'activity' : 'created'
}

/** What an index orders rooms by. */
const orderOf: Record<RoomIndex, RoomSort> = {
  created: 'created',
  owner: 'created',
  member: 'joined',
  activity: 'activity',
}

/** Conditions that an index answers by itself. */
const answers: Record<RoomIndex, readonly (keyof RoomFilter)[]> = {
  created: ['createdAfter', 'createdBefore'],
  owner: ['owner', 'createdAfter', 'createdBefore'],
  member: ['member'],
  activity: [],
}

/** Decides how rooms are found. */
export function planOf(question: RoomQuestion): RoomPlan {
  const index = indexFor(question)
  const conditions = Object.keys(question.filter) as (keyof RoomFilter)[]
  const isDirect =
    question.sort === orderOf[index] && conditions.every((condition) => answers[index].includes(condition))
  return { ...question, index, isDirect }
}

/** Whether a room's name has what is asked for. */
export const hasName = ({ name }: RoomFilter, of: string): boolean =>
  name === undefined || fold(of).includes(name)
