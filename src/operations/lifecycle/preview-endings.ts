import { Type as t } from '@sinclair/typebox'
import type { App } from '../../domain/app.ts'
import { failure } from '../../domain/failures.ts'
import { endOf, lifecycleOf, lookedAt, type Moment } from '../../domain/lifecycle.ts'
import { limits } from '../../domain/limits.ts'
import { hourMs } from '../../domain/time.ts'
import type { RoomLife } from '../../store/room-lifecycles.ts'
import type { ReadStore } from '../../store/store.ts'
import { appOnlyOfRooms } from '../allowed.ts'
import { read } from '../operation.ts'
import { badLimit, inQuery, limitOf, limitParameter } from '../parameters.ts'
import { memberCount, RoomName } from '../rooms/schemas.ts'
import { exactly, RoomId, says, UserId } from '../schemas.ts'
import { momentOf } from './moment.ts'
import { ending } from './schemas.ts'

const page = { default: 100, most: limits.roomsPreviewed.value }
const mostHours = limits.hoursPreviewed.value

const badHours = failure('invalid_parameter', `hours must be a whole number from 1 to ${mostHours}`, {
  en: `\`hours\` is no whole number from 1 to ${mostHours}`,
  zh: `\`hours\` 不是 1 到 ${mostHours} 的整数`,
})

function hoursOf(query: URLSearchParams): number {
  const text = query.get('hours') ?? '24'
  const hours = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (hours < 1 || hours > mostHours) throw badHours()
  return hours
}

const Ending = exactly({
  id: RoomId,
  name: RoomName,
  owner: UserId,
  affiliations_count: memberCount,
  ...ending,
})

/** Rooms that may end by `moment`, the first of each kind; `more` where there are more of one. */
async function candidates(
  { lifecycles }: Pick<ReadStore, 'lifecycles'>,
  app: App,
  moment: Moment,
  most: number,
) {
  const { idleMs, emptiedMs } = lookedAt({ ...app.settings, roomWarnBefore: 0 }, moment)
  const found = await Promise.all([
    lifecycles.dueLivesOf(app.id, Math.max(moment.nowMs, moment.steadyMs), most + 1),
    idleMs > 0 ? lifecycles.idleLives(app.id, idleMs, most + 1) : [],
    emptiedMs > 0 ? lifecycles.emptyLives(app.id, emptiedMs, most + 1) : [],
  ])
  const rooms = new Map<string, RoomLife>()
  for (const life of found.flat()) rooms.set(life.id, life)
  return { rooms: [...rooms.values()], more: found.some(({ length }) => length > most) }
}

/** Lists the rooms that will be dissolved in the next hours if nothing happens in them. */
export const previewEndings = read({
  id: 'previewEndings',
  routes: ['GET /chatrooms/lifecycle_preview'],
  tag: 'lifecycle',
  summary: { en: 'List chat rooms that will be dissolved soon', zh: '预览即将自动解散的聊天室' },
  description: {
    en: 'Those that go in the next `hours` if nothing happens in them, the first of them first. With `more` there are others: ask for fewer hours.',
    zh: '如无新的活动，将在 `hours` 小时内解散的聊天室，先解散的在前。`more` 为 true 时还有其他聊天室，请减少小时数。',
  },
  allowed: appOnlyOfRooms,
  parameters: [
    inQuery('hours', `How far to look ahead, 1 to ${mostHours}.`, `向后预览的小时数，1 到 ${mostHours}。`, {
      type: 'integer',
      minimum: 1,
      maximum: mostHours,
      default: 24,
    }),
    limitParameter(page),
  ],
  response: {
    data: exactly({
      rooms: t.Array(Ending),
      more: t.Boolean({ ...says('Whether there are others.', '是否还有其他聊天室。'), examples: [false] }),
    }),
    params: true,
  },
  failures: [badHours, badLimit],
  input: ({ query }) => ({ aheadMs: hoursOf(query) * hourMs, limit: limitOf(query, page) }),

  async run({ app, store }, { aheadMs, limit }) {
    const now = await momentOf(store)
    const then = { ...now, nowMs: now.nowMs + aheadMs, steadyMs: now.steadyMs + aheadMs }
    const { rooms, more } = await candidates(store, app, then, page.most)
    const ends = rooms.flatMap((life) => {
      const end = endOf(lifecycleOf(app.settings, life), life, then)
      return end && end.atMs <= then.steadyMs ? [{ life, ...end }] : []
    })
    ends.sort((a, b) => a.atMs - b.atMs || (a.life.id < b.life.id ? -1 : 1))
    return {
      rooms: ends.slice(0, limit).map(({ life, atMs, reason }) => ({
        id: life.id,
        name: life.name,
        owner: life.owner,
        affiliations_count: life.memberCount,
        dissolves_at: Math.max(atMs, now.steadyMs),
        reason,
      })),
      more: more || ends.length > limit,
    }
  },
})
