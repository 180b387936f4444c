import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { secondsLeft } from '../../domain/mute.ts'
import { appOnly } from '../allowed.ts'
import { read } from '../operation.ts'
import { pageOf, pageParameters } from '../parameters.ts'
import { exactly, UserId } from '../schemas.ts'
import { secondsMuted, unixtime } from './schemas.ts'

const page = { default: 10, most: limits.appMutesPage.value }

/** Parameters by their names in lower case: clients spell them in both ways. */
const inLowerCase = (query: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...query].map(([name, value]) => [name.toLowerCase(), value]))

/** Lists who is muted in the whole app, a row for each user and kind of conversation. */
export const listMutedUsers = read({
  id: 'listMutedUsers',
  routes: ['GET /mutes'],
  tag: 'mutes',
  summary: { en: 'List who is muted in the whole app', zh: '分页获取全局禁言列表' },
  description: {
    en: 'By user id, a row for each kind of conversation; those whose mute is over are left out.',
    zh: '按用户 ID 排序，每种会话类型一行；已结束的禁言不返回。',
  },
  allowed: appOnly,
  parameters: pageParameters(page, ['pageNum', 'pageSize']),
  response: {
    path: '/mutes',
    data: exactly({
      data: t.Array(
        exactly({
          username: UserId,
          chat: t.Optional(secondsMuted(-1)),
          groupchat: t.Optional(secondsMuted(60)),
          chatroom: t.Optional(secondsMuted(69)),
        }),
        { examples: [[{ username: 'alice', chatroom: 69 }]] },
      ),
      unixtime,
    }),
  },
  failures: [],
  input: ({ query }) => pageOf(inLowerCase(query), page),

  async run({ app, store, now }, { limit, offset }) {
    const muted = await store.appMutes.pageAppMutes(app.id, now, limit, offset)
    return {
      data: muted.map(({ username, kind, expiresMs }) => ({ username, [kind]: secondsLeft(expiresMs, now) })),
      unixtime: Math.floor(now / 1000),
    }
  },
})
