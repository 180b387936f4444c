import { type Static, Type as t } from '@sinclair/typebox'
import { contentKinds } from '../../domain/history.ts'
import { limits } from '../../domain/limits.ts'
import { readMessageId } from '../../domain/message-ids.ts'
import { foldUsername } from '../../domain/user.ts'
import { historyReaders } from '../allowed.ts'
import { actionInRoom } from '../operation.ts'
import { exactly, loosely, says } from '../schemas.ts'
import { badPosition, badPullNumber, roamingNotOpen, tooManyPulled } from './failures.ts'
import { type PageQuery, readPage } from './read-page.ts'

const optionally = <T extends Parameters<typeof t.Union>[0]>(kinds: [...T], options: object) =>
  t.Optional(t.Union([...kinds, t.Null()], options))

const Time = (en: string, zh: string) =>
  optionally([t.Number()], { ...says(en, zh), examples: [1767225600123] })

const HistoryQuery = loosely({
  queue: t.String({
    ...says('`{room}@conference.easemob.com`.', '`{聊天室 ID}@conference.easemob.com`。'),
    examples: ['248710559375361@conference.easemob.com'],
  }),
  start: optionally([t.String(), t.Number()], {
    ...says(
      'Id of a message of the chat room, beyond which the page begins; `-1`, `null` and an empty text count as absent.',
      '聊天室中一条消息的 ID，从其后开始查询；`-1`、`null` 和空字符串视为未传。',
    ),
    examples: [-1],
  }),
  pull_number: optionally([t.Number()], {
    ...says('Messages of a page; 20 when absent.', '每页消息数，默认 20。'),
    examples: [20],
  }),
  is_positive: optionally([t.Boolean()], {
    ...says(
      'Oldest first, going forward; otherwise newest first, going back.',
      '`true` 为按时间正序，否则为逆序。',
    ),
    examples: [false],
  }),
  msgType: optionally([t.String()], {
    ...says(
      'Kinds of messages, joined by commas: `txt` `img` `audio` `video` `loc` `file` `cmd` `custom` `combine`; empty = all.',
      '消息类型，以逗号分隔：`txt` `img` `audio` `video` `loc` `file` `cmd` `custom` `combine`；空值表示全部。',
    ),
    examples: ['txt,img'],
  }),
  startTime: Time('From this moment on, Unix ms.', '起始时间，Unix 毫秒（含）。'),
  endTime: Time('Up to this moment, Unix ms.', '结束时间，Unix 毫秒（含）。'),
  userId: optionally([t.String()], says('One sender.', '单个发送者。')),
  userIds: optionally([t.Array(t.String())], says('Several senders.', '多个发送者。')),
})

/** The room that a queue names; single chats are not stored. */
function roomOf(queue: string): string {
  const [name = '', domain = ''] = queue.split('@')
  if (!domain.startsWith('conference.')) throw roamingNotOpen()
  return name
}

function positionOf(start: Static<typeof HistoryQuery>['start']): number | undefined {
  if (start === undefined || start === null || start === '' || Number(start) === -1) return undefined
  const id = readMessageId(String(start))
  if (id === undefined) throw badPosition()
  return id
}

function limitOf(given: unknown): number {
  const limit = given ?? 20
  if (!Number.isSafeInteger(limit) || (limit as number) < 1) throw badPullNumber()
  if ((limit as number) > limits.historyPage.value) throw tooManyPulled()
  return limit as number
}

/** Moments that no message can have are as good as none. */
const momentOf = (given: unknown): number | undefined =>
  typeof given === 'number' && given >= 0 && given < 4e12 ? Math.trunc(given) : undefined

function kindsOf(text: unknown): number[] | undefined {
  if (typeof text !== 'string' || text === '') return undefined
  const names = new Map<string, number>(Object.entries(contentKinds))
  return text.split(',').flatMap((name) => names.get(name.trim()) ?? [])
}

function sendersOf({ userId, userIds }: Static<typeof HistoryQuery>): string[] | undefined {
  const senders = [...(userIds ?? []), ...(userId ? [userId] : [])] as string[]
  return senders.length > 0 ? senders.map(foldUsername) : undefined
}

/** Reads the history of a chat room, in the form of client SDKs. */
export const getHistory = actionInRoom({
  id: 'getHistory',
  routes: ['POST /users/:username/messageroaming'],
  tag: 'history',
  summary: { en: 'Read the history of a chat room', zh: '查询聊天室历史消息' },
  description: {
    en: `Each \`msg\` is the base64 of a \`Meta\` of the client protocol, as it was relayed. Left out are recalled messages, those that the user has removed from its own view, those that name it in \`roam_ignore_users\`, and directed ones that it neither sent nor was sent. A page that only filters leave short has a \`next_key\` all the same: a call looks at ${limits.historyScanned.value} messages at most.`,
    zh: `\`msg\` 为客户端协议 \`Meta\` 的 base64，与实时下发的内容相同。不返回：已撤回的消息、该用户已删除的消息、\`roam_ignore_users\` 包含该用户的消息，以及与该用户无关的定向消息。单次调用最多检查 ${limits.historyScanned.value} 条消息，因过滤条件不足一页时仍返回 \`next_key\`。`,
  },
  allowed: historyReaders,
  body: HistoryQuery,
  response: {
    ownPath: true,
    data: exactly({
      msgs: t.Array(exactly({ msg: t.String({ examples: ['CAES'] }) })),
      next_key: t.Optional(
        t.String({
          ...says('The `start` of the next page; absent on the last.', '下一页的 `start`；最后一页不返回。'),
          examples: ['115823689093121'],
        }),
      ),
      is_last: t.Boolean(),
    }),
  },
  failures: [roamingNotOpen, tooManyPulled, badPullNumber, badPosition],

  input({ app, params, body }) {
    if (app.settings.historyDays === 0) throw roamingNotOpen()
    const query: PageQuery = {
      room: roomOf(body.queue),
      reader: foldUsername(params.username),
      from: positionOf(body.start),
      newestFirst: body.is_positive !== true,
      limit: limitOf(body.pull_number),
      startMs: momentOf(body.startTime),
      endMs: momentOf(body.endTime),
      kinds: kindsOf(body.msgType),
      senders: sendersOf(body),
    }
    return query
  },
  about: ({ reader }) => [reader ?? ''],

  async run({ app, services: { history }, now }, query) {
    if (query.from !== undefined) {
      const [start] = await history.find(app.id, [query.from])
      if (start && start.room !== query.room) throw badPosition()
    }
    const { messages, next } = await readPage(history, app, query, now)
    return {
      msgs: messages.map(({ meta }) => ({ msg: Buffer.from(meta).toString('base64') })),
      ...(next === undefined ? {} : { next_key: String(next) }),
      is_last: next === undefined,
    }
  },
})
