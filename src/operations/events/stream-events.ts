import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { read } from '../operation.ts'
import { inQuery } from '../parameters.ts'
import { says } from '../schemas.ts'
import { eventStream } from './event-stream.ts'
import { eventTypes } from './event-types.ts'
import { badPosition, positionText, readPosition } from './position.ts'
import { shownEvent } from './shown-event.ts'

const badType = failure('illegal_argument', '{type} is no type of event', {
  en: '`type` names no type of event',
  zh: '`type` 中有不存在的事件类型',
})

const noLog = failure('forbidden_op', 'this app keeps no log of events', {
  en: 'the setting `auditDays` of the app is 0',
  zh: '应用设置 `auditDays` 为 0',
})

const positionGone = failure(
  'resource_not_found',
  'events after this position are not kept any more',
  {
    en: 'retention has removed events after `after` or `Last-Event-ID`, or it is of another log; begin anew',
    zh: '`after` 或 `Last-Event-ID` 之后的事件已超出保留期，或该位置属于其他日志；请重新开始',
  },
  410,
)

const tooManyStreams = failure('resource_limited', 'the app has {limit} event streams open already', {
  en: 'the app has as many event streams open at this server as it may have',
  zh: '该应用在此服务器上打开的事件流已达上限',
})

/** Names with commas between; undefined where there are none. */
function namesIn(text: string | null): Set<string> | undefined {
  const names = (text ?? '').split(',').filter((name) => name !== '')
  return names.length === 0 ? undefined : new Set(names)
}

function typesIn(text: string | null): Set<string> | undefined {
  const types = namesIn(text)
  for (const type of types ?? []) if (!Object.hasOwn(eventTypes, type)) throw badType({ type })
  return types
}

/** Where to begin, as a text. Fails where it is none. */
const placeIn = (after: string, log: string) =>
  after === 'latest' || after === 'earliest' ? ({ log, position: after } as const) : readPosition(after)

/** What happens in the app, as server-sent events from its log. */
export const streamEvents = read({
  id: 'streamEvents',
  routes: ['GET /events'],
  tag: 'audit',
  summary: { en: 'Stream the events of the app', zh: '订阅应用的事件流' },
  description: {
    en: 'Server-sent events. A client that was away continues after the last `id` that it has; see docs/events.md.',
    zh: '以 Server-Sent Events 推送。断线后凭最后收到的 `id` 续读，见 docs/events.zh-CN.md。',
  },
  allowed: appOnly,
  parameters: [
    {
      name: 'Last-Event-ID',
      in: 'header',
      says: {
        en: '`id` of the last event that the client has; counts before `after`.',
        zh: '客户端收到的最后一个事件的 `id`；优先于 `after`。',
      },
      schema: { type: 'string' },
    },
    inQuery(
      'after',
      'The same as a parameter, or `earliest`: all that is stored. Without it, what happens from now on.',
      '同上；`earliest` 表示从保留的最早事件开始。不传则从当前开始。',
      { type: 'string' },
    ),
    inQuery(
      'room',
      'Chat rooms, with commas between; of all without it.',
      '聊天室 ID，逗号分隔；不传则为全部。',
      { type: 'string' },
    ),
    inQuery(
      'type',
      'Types of event, with commas between; all without it.',
      '事件类型，逗号分隔；不传则为全部。',
      { type: 'string' },
    ),
  ],
  response: t.String({
    ...says('Server-sent events.', 'Server-Sent Events 数据流。'),
    contentMediaType: 'text/event-stream',
    examples: [
      'id: 1f0c2a74-0-1767225600123000-1-248710559375361\nevent: room.muted\ndata: {"type":"room.muted"}\n\n',
    ],
  }),
  failures: [badPosition, badType, noLog, positionGone, tooManyStreams],

  input: ({ query, client, token = '' }, { feed, login, appOf }) => ({
    after: client.header('last-event-id') || query.get('after') || 'latest',
    rooms: namesIn(query.get('room')),
    types: typesIn(query.get('type')),
    client,
    feed,
    isStillOf: (app: number): boolean => {
      const now = appOf(app)
      return now !== undefined && now.settings.auditDays > 0 && login.isApp(now, token)
    },
  }),

  async run({ app }, { after, rooms, types, client, feed, isStillOf }) {
    const log = feed.logOf(app)
    const asked = placeIn(after, log)
    if (app.settings.auditDays === 0) throw noLog()
    const start = asked.log === log ? await feed.startOf(app.id, asked.position) : undefined
    if (!start) throw positionGone()
    const reader = feed.open(app.id)
    if (!reader) throw tooManyStreams({ limit: limits.feedStreams.value })
    client.signal.addEventListener('abort', () => reader.close(), { once: true })
    return eventStream({
      reader,
      start,
      idOf: (position) => positionText(log, position),
      // Messages, and who comes and goes, are in the log for callbacks alone, and for as long as those need them.
      isWanted: ({ room, type }) =>
        Object.hasOwn(eventTypes, type) && (rooms?.has(room) ?? true) && (types?.has(type) ?? true),
      dataOf: shownEvent,
      isAllowed: () => isStillOf(app.id),
    })
  },

  reply: (stream) => ({ stream }),
})
