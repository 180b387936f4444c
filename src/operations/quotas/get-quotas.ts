import { Type as t } from '@sinclair/typebox'
import { roomMissing, userNotFound } from '../../domain/failures.ts'
import { MiB } from '../../domain/limits/limit.ts'
import { limits } from '../../domain/limits.ts'
import { type Quota, quotaOf } from '../../domain/quota.ts'
import { foldUsername } from '../../domain/user.ts'
import type { QuotaKind } from '../../store/quotas.ts'
import { appOnly } from '../allowed.ts'
import { type ActionContext, action } from '../operation.ts'
import { inQuery } from '../parameters.ts'
import { exactly, says } from '../schemas.ts'

/** No count is above it. */
const everything = Number.MAX_SAFE_INTEGER

const orNone = (en: string, zh: string, example: number) =>
  t.Union([t.Integer(), t.Null()], { ...says(en, zh), examples: [example] })

const QuotaRow = exactly({
  of: t.Union([t.Literal('app'), t.Literal('user'), t.Literal('room')], {
    ...says('What the limit is of.', '限制的对象。'),
    examples: ['app'],
  }),
  quota: t.String({
    ...says(
      'Its name; where it is a setting of the app, that of the setting.',
      '名称；若为应用设置，即设置项名称。',
    ),
    examples: ['rooms'],
  }),
  unit: t.Union([t.Literal('items'), t.Literal('bytes'), t.Literal('perSecond')], {
    ...says('What is counted.', '计量单位。'),
    examples: ['items'],
  }),
  limit: orNone('The limit; null = there is none.', '上限；null 表示不限。', 1000),
  used: orNone(
    'How much is used; null where it passes by the second.',
    '已用量；按秒计算的限制为 null。',
    120,
  ),
  left: orNone(
    'How much is left; null where one of both is null.',
    '剩余量；前两者之一为 null 时为 null。',
    880,
  ),
})

/** Counted where there is no limit, else what the limit has given away. */
async function counted({ app, store }: ActionContext, kind: QuotaKind): Promise<Quota> {
  const limit = app.settings[kind]
  const remaining = limit === null ? undefined : await store.quotas.remaining(app.id, kind)
  const used =
    limit === null || remaining === undefined ? await store.quotas.countAll(app.id, kind) : limit - remaining
  return quotaOf('app', kind, limit, used)
}

async function ofApp(context: ActionContext): Promise<Quota[]> {
  const { app, store, services } = context
  const { fileSpace } = app.settings
  return [
    await counted(context, 'rooms'),
    await counted(context, 'users'),
    quotaOf('app', 'fileSpace', fileSpace * MiB, services.attachments.usedBy(app.id), 'bytes'),
    quotaOf('app', 'callbacks', limits.callbacks.value, (await store.callbacks.callbackRules(app.id)).length),
    quotaOf(
      'app',
      'keywordLists',
      limits.keywordLists.value,
      (await store.keywords.keywordLists(app.id)).length,
    ),
  ]
}

async function ofUser({ app, store, services }: ActionContext, given: string): Promise<Quota[]> {
  const username = foldUsername(given)
  if (!(await store.users.findUser(app.id, username))) throw userNotFound()
  const { roomsPerUser, userFileSpace, userMessageRate } = app.settings
  const joined = await store.rooms.countJoined(app.id, username, everything)
  const bytes = services.attachments.usedBy(app.id, username)
  return [
    quotaOf('user', 'roomsPerUser', roomsPerUser, joined),
    quotaOf('user', 'userFileSpace', userFileSpace * MiB, bytes, 'bytes'),
    quotaOf('user', 'userMessageRate', userMessageRate, null, 'perSecond'),
  ]
}

async function ofRoom({ app, store, services }: ActionContext, id: string): Promise<Quota[]> {
  const room = await store.rooms.findRoom(app.id, id)
  if (!room) throw roomMissing({ chatroom_id: id })
  const { historyDays, historyPerRoom, roomMessageRate } = app.settings
  const history = await services.history.count(app.id, id)
  return [
    quotaOf('room', 'maxusers', room.maxusers, room.memberCount),
    ...(historyDays === 0 ? [] : [quotaOf('room', 'historyPerRoom', historyPerRoom, history)]),
    quotaOf('room', 'files', limits.roomFiles.value, await store.roomFiles.countRoomFiles(app.id, id)),
    quotaOf('room', 'pins', limits.pins.value, await store.pins.countPins(app.id, id)),
    quotaOf('room', 'roomMessageRate', roomMessageRate, null, 'perSecond'),
  ]
}

/** Limits of the app, and of a user or a room of it, with how much of each is used. */
export const getQuotas = action({
  id: 'getQuotas',
  routes: ['GET /quotas'],
  tag: 'quotas',
  summary: { en: 'Limits, and what is left of them', zh: '查询配额及剩余量' },
  description: {
    en: 'Of the app; with `username` and `room` those of a user and of a chat room, too.',
    zh: '返回应用的配额；指定 `username`、`room` 时一并返回该用户、该聊天室的配额。',
  },
  parameters: [
    inQuery('username', 'A user, whose limits are added.', '用户 ID，附加该用户的配额。', { type: 'string' }),
    inQuery('room', 'A chat room, whose limits are added.', '聊天室 ID，附加该聊天室的配额。', {
      type: 'string',
    }),
  ],
  allowed: appOnly,
  response: { data: t.Array(QuotaRow), count: true },
  failures: [userNotFound, roomMissing],
  input: ({ query }) => ({ username: query.get('username'), room: query.get('room') }),

  run: async (context, { username, room }) => [
    ...(await ofApp(context)),
    ...(username === null ? [] : await ofUser(context, username)),
    ...(room === null ? [] : await ofRoom(context, room)),
  ],

  reply: (data) => ({ data, count: data.length }),
})
