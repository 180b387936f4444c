import type { Static } from '@sinclair/typebox'
import {
  checkedLifecycle,
  endOf,
  firstLook,
  isClosed,
  lifecycleFailures,
  lifecycleOf,
} from '../../domain/lifecycle.ts'
import { members, superAdmins } from '../allowed.ts'
import { type InRoom, type ReadContext, readRoom, type Transaction, writeRoom } from '../operation.ts'
import { momentOf } from './moment.ts'
import { givenLifecycle, inherited, LifecycleShown, OwnLifecycleBody, ownShown, shown } from './schemas.ts'

const shared = { tag: 'lifecycle', response: { data: LifecycleShown } } as const

/** What holds for a room, and what comes of it if nothing happens. */
async function currentLife({
  app,
  store,
  now,
  room,
}: Pick<ReadContext & InRoom, 'store' | 'now' | 'room'> & Pick<Transaction, 'app'>): Promise<
  Static<typeof LifecycleShown>
> {
  const life = await store.lifecycles.life(app.id, room.id)
  if (!life) throw new Error('the room is locked, and not there')
  const set = lifecycleOf(app.settings, life)
  const end = endOf(set, life, await momentOf(store))
  return {
    ...shown(set),
    from_app: inherited(life.lifecycle),
    open: !isClosed(app.settings, life, now),
    last_activity: life.activeMs,
    ...(life.emptiedMs === null ? {} : { empty_since: life.emptiedMs }),
    ...(end ? { dissolves_at: end.atMs, reason: end.reason } : {}),
  }
}

/** Reads how long a room lives. */
export const getLifecycle = readRoom({
  ...shared,
  id: 'getLifecycle',
  routes: ['GET /chatrooms/:chatroom_id/lifecycle'],
  summary: { en: 'Get the lifecycle of a chat room', zh: '获取聊天室生命周期' },
  description: {
    en: '`dissolves_at` is there where it will be dissolved if nothing happens in it.',
    zh: '如无新的活动将被解散时返回 `dissolves_at`。',
  },
  allowed: members,
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),
  run: currentLife,
})

/** Sets how long a room lives. */
export const setLifecycle = writeRoom({
  ...shared,
  id: 'setLifecycle',
  routes: ['PUT /chatrooms/:chatroom_id/lifecycle'],
  summary: { en: 'Set the lifecycle of a chat room', zh: '设置聊天室生命周期' },
  description: {
    en: 'It is set as a whole: what is left out is as the settings of the app say. Setting it is activity.',
    zh: '整体设置：未传的字段取应用设置的值。该调用本身计为活动。',
  },
  allowed: superAdmins,
  body: OwnLifecycleBody,
  failures: [...lifecycleFailures],
  input: ({ params, body }) => ({ room: params.chatroom_id, own: givenLifecycle(body) }),

  async run(transaction, { own }) {
    const { app, store, room, emit } = transaction
    const lifecycle = checkedLifecycle(own)
    if (!Bun.deepEquals(lifecycle, room.lifecycle)) {
      const moment = await momentOf(store)
      await store.rooms.setActive(app.id, [{ id: room.id, activeUs: moment.steadyMs * 1000 }])
      const life = await store.lifecycles.life(app.id, room.id)
      const dueMs = life ? firstLook(app.settings, { ...life, lifecycle }, moment) : null
      await store.lifecycles.setLifecycle(app.id, room.id, lifecycle, dueMs)
      emit({
        type: 'room.rescheduled',
        lifecycle: ownShown(lifecycle),
        before: { lifecycle: ownShown(room.lifecycle) },
      })
    }
    return currentLife(transaction)
  },
})
