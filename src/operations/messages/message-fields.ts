import { type Static, type TSchema, Type as t } from '@sinclair/typebox'
import { theApp } from '../../domain/event.ts'
import { limits } from '../../domain/limits.ts'
import {
  extNotObject,
  invalidBody,
  olderExtNotObject,
  olderParameterMissing,
  overSendRate,
  overUserSendRate,
  sendParameterMissing,
  tooManyOf,
} from '../../domain/message-failures.ts'
import type { PostedContent, PostedToUsers } from '../../domain/posted-message.ts'
import { minuteMs } from '../../domain/time.ts'
import { appOnly } from '../allowed.ts'
import type { BodyWords } from '../body-words.ts'
import { type ActionContext, write } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'

/** Kinds of messages. */
const kinds = ['txt', 'img', 'audio', 'video', 'file', 'loc', 'cmd', 'custom'] as const

const kindSays = says('Kind of message.', '消息类型。')
const contentSays = says(
  'What the kind needs: `msg` (txt); `url`, `filename`, `secret` (img, audio, video, file); `lat`, `lng`, `addr` (loc); `action` (cmd); `customEvent`, `customExts` (custom).',
  '消息内容：`msg`（txt）；`url`、`filename`、`secret`（img、audio、video、file）；`lat`、`lng`、`addr`（loc）；`action`（cmd）；`customEvent`、`customExts`（custom）。',
)

/** Fields that every message of the app's server has. */
export const commonFields = {
  from: t.Optional(
    t.String({
      minLength: 1,
      ...says(
        'Sender that clients show; `admin` when absent. It need not be in the chat room.',
        '客户端显示的发送者；不传时为 `admin`，无需是聊天室成员。',
      ),
      examples: ['admin'],
    }),
  ),
  ext: t.Optional(t.Record(t.String(), t.Unknown(), says("The app's own attributes.", '自定义扩展字段。'))),
  chatroom_msg_level: t.Optional(
    t.Union(
      [t.Literal('high'), t.Literal('normal'), t.Literal('low'), t.Literal('')],
      says(
        'Priority; low ones are refused first when a chat room is over its rate. Empty is `normal`.',
        '消息优先级；聊天室消息超限时优先拒绝低优先级消息。空字符串等同 `normal`。',
      ),
    ),
  ),
}

const mostIgnored = limits.historyIgnored.value

/** Users who do not find a message in the history. */
export const historyField = {
  roam_ignore_users: t.Optional(
    t.Array(t.String(), {
      ...says(
        `At most ${mostIgnored} user ids, who do not find the message in the history.`,
        `最多 ${mostIgnored} 个用户 ID，这些用户查询历史消息时看不到该消息。`,
      ),
      ...bounds({ maxItems: mostIgnored }),
    }),
  ),
}

/** Fails with `tooManyOf` where more users are left out of the history than a message may name. */
export function checkIgnored({
  roam_ignore_users: ignored,
}: {
  roam_ignore_users?: string[] | undefined
}): void {
  if ((ignored?.length ?? 0) > mostIgnored)
    throw tooManyOf({ field: 'roam_ignore_users', limit: mostIgnored })
}

/** Fields of messages whose content is in `body`. */
export const bodyFields = {
  type: t.Union(
    kinds.map((kind) => t.Literal(kind)),
    { ...kindSays, examples: ['txt'] },
  ),
  body: t.Record(t.String(), t.Unknown(), {
    minProperties: 1,
    ...contentSays,
    examples: [{ msg: 'the show begins' }],
  }),
}

/** Ids of chat rooms; those that there are not are no error. */
export const roomsField = (
  most: number,
  description: ReturnType<typeof says>,
): TSchema & { static: string[] } =>
  t.Array(t.String(), {
    minItems: 1,
    ...description,
    examples: [['248710559375361']],
    ...bounds({ minItems: 1, maxItems: most }),
  })

/** How the service of messages refuses a body. */
export const words: BodyWords = {
  missing: sendParameterMissing,
  wrongType: ({ field }) => (field === 'ext' ? extNotObject() : invalidBody()),
  notObject: invalidBody,
  notJson: invalidBody,
  emptyIsMissing: true,
}

/** How older calls refuse a body. */
export const olderWords: BodyWords = {
  missing: olderParameterMissing,
  wrongType: ({ field }) => (field === 'ext' ? olderExtNotObject() : invalidBody()),
  notObject: invalidBody,
  notJson: invalidBody,
  emptyIsMissing: true,
}

/** A kind and what it needs beside it, as older calls have it. */
export const Msg = loosely(
  {
    type: t.Union(
      [...kinds, 'text' as const].map((kind) => t.Literal(kind)),
      { ...kindSays, examples: ['txt'] },
    ),
  },
  { ...contentSays, examples: [{ type: 'txt', msg: 'the show begins' }] },
)

/** The content of a message whose fields are beside its kind. */
export function contentOf(msg: Static<typeof Msg>): Pick<PostedContent, 'type' | 'body'> {
  const type = msg.type === 'text' ? 'txt' : msg.type
  return { type: type as PostedContent['type'], body: msg }
}

/** The message ids of a response, by chat room. */
export const idsByRoom = t.Record(t.String(), t.String(), {
  ...says(
    'Message id by chat room id; a chat room that does not exist has one, too.',
    '以聊天室 ID 为键的消息 ID；不存在的聊天室也会返回消息 ID。',
  ),
  examples: [{ '248710559375361': '115823689093121' }],
})

/** Counts messages to users, unless they are over what an app may send in a minute. */
export const countUserMessages = write({
  id: 'countUserMessages',
  allowed: appOnly,

  async run({ app, store, now }, { messages }: { messages: number }) {
    const period = Math.floor(now / minuteMs)
    const { used } = await store.rates.countCalls(app.id, 'messages to users in a minute', period, messages)
    // What is refused is not counted: it is undone with the transaction.
    if (used > limits.userMessagesSent.value) throw overUserSendRate()
  },
})

/** Sends a message to users, within what the app may send in a minute. */
export async function sendToUsers({ app, services }: ActionContext, posted: PostedToUsers) {
  if (app.settings.rateLimits)
    await services.commit(app.id, theApp, countUserMessages, { messages: posted.to.length })
  return services.postToUsers(app, posted)
}

/** Counts messages towards what an app may send in a second; fails with `overSendRate` beyond. */
export async function countMessages({ app, services }: ActionContext, messages: number): Promise<void> {
  if (!app.settings.rateLimits) return
  const counted = await Promise.all(
    Array.from({ length: messages }, () =>
      services.rates.count(app.id, 'messages', limits.messagesSent.value),
    ),
  )
  if (counted.some(({ isOver }) => isOver)) throw overSendRate()
}
