import { Type as t } from '@sinclair/typebox'
import { theApp } from '../../domain/event.ts'
import { failure, roomMissing, serverStopping } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { allRooms } from '../../domain/recorded-rooms.ts'
import { hourMs } from '../../domain/time.ts'
import type { Awaitable } from '../../store/database.ts'
import { appOnly } from '../allowed.ts'
import { read } from '../operation.ts'
import { inQuery } from '../parameters.ts'
import { says } from '../schemas.ts'
import { eventStream } from './event-stream.ts'
import { eventTypes } from './event-types.ts'
import { badPosition, positionText, readPosition } from './position.ts'
import { recordMessages } from './record-messages.ts'
import { shownEvent } from './shown-event.ts'

const badType = failure('illegal_argument', '{type} is no type of event', {
  en: '`type` names no type of event',
  zh: '`type` 中有不存在的事件类型',
})

const noLog = failure('forbidden_op', 'this app keeps no log of events', {
  en: 'the setting `auditDays` of the app is 0',
  zh: '应用设置 `auditDays` 为 0',
  lift: {
    en: 'raise `auditDays` of the app above 0',
    zh: '将应用设置 `auditDays` 设为大于 0',
    settings: ['auditDays'],
  },
})

const positionGone = failure(
  'resource_not_found',
  'events after this position are not kept any more',
  {
    en: 'retention has removed events after `after` or `Last-Event-ID`, messages after it were not recorded, or it is of another log; begin anew',
    zh: '`after` 或 `Last-Event-ID` 之后的事件已超出保留期、其后的消息未被记录，或该位置属于其他日志；请重新开始',
    lift: {
      en: 'begin anew: with `after=earliest`, or without a position',
      zh: '重新开始：使用 `after=earliest`，或不传位置',
      calls: ['streamEvents'],
    },
  },
  410,
)

const tooManyStreams = failure('resource_limited', 'the app has {limit} event streams open already', {
  en: 'the app has as many event streams open at this server as it may have',
  zh: '该应用在此服务器上打开的事件流已达上限',
  lift: { en: 'close a stream first', zh: '先关闭一个事件流' },
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

const tooManyRooms = failure('illegal_argument', 'a stream with messages names at most {limit} chat rooms', {
  en: '`type` has messages, and `room` names more chat rooms than may be',
  zh: '`type` 含消息，且 `room` 中的聊天室过多',
})

const isOnRequest = (type: string): boolean =>
  eventTypes[type as keyof typeof eventTypes].isOnRequest ?? false

/** The rooms whose messages a stream asks for; undefined for one that does not. */
function roomsOfMessages(
  types: Set<string> | undefined,
  rooms: Set<string> | undefined,
): string[] | undefined {
  if (!types || ![...types].some(isOnRequest)) return undefined
  if (!rooms) return [allRooms]
  if (rooms.size > limits.feedNamed.value) throw tooManyRooms({ limit: limits.feedNamed.value })
  return [...rooms]
}

/** Between two times at which a stream that stays says that it still asks for messages. */
const renewalMs = hourMs

/** Calls `renew` again when an hour has passed since the last time. */
function renewing(renew: () => Promise<void>): () => void {
  let at = performance.now()
  return () => {
    if (performance.now() - at < renewalMs) return
    at = performance.now()
    // A stream asks days before messages would not be recorded any more.
    renew().catch(() => undefined)
  }
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
      'Types of event, with commas between; all but `message.sent` and `message.recalled` without it.',
      '事件类型，逗号分隔；不传则为除 `message.sent`、`message.recalled` 之外的全部。',
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
  failures: [
    badPosition,
    badType,
    tooManyRooms,
    noLog,
    roomMissing,
    positionGone,
    tooManyStreams,
    serverStopping,
  ],

  input: ({ query, client, token = '', isSignedIn }, { feed, login, appOf, commit }) => ({
    after: client.header('last-event-id') || query.get('after') || 'latest',
    rooms: namesIn(query.get('room')),
    types: typesIn(query.get('type')),
    client,
    feed,
    commit,
    isStillOf: (app: number): Awaitable<boolean> => {
      const now = appOf(app)
      if (now === undefined || now.settings.auditDays === 0) return false
      return isSignedIn ? isSignedIn() : login.isApp(now, token)
    },
  }),

  async run({ app }, { after, rooms, types, client, feed, commit, isStillOf }) {
    const log = feed.logOf(app)
    const asked = placeIn(after, log)
    const ofMessages = roomsOfMessages(types, rooms)
    if (app.settings.auditDays === 0) throw noLog()
    const record = async () => {
      if (ofMessages) await commit(app.id, theApp, recordMessages, { rooms: ofMessages })
    }
    await record()
    const renew = renewing(record)
    const start = asked.log === log ? await feed.startOf(app.id, asked.position, ofMessages) : undefined
    if (!start) throw positionGone()
    const reader = feed.open(app.id, ofMessages)
    if (!reader) throw tooManyStreams({ limit: limits.feedStreams.value })
    client.signal.addEventListener('abort', () => reader.close(), { once: true })
    return eventStream({
      reader,
      start,
      idOf: (position) => positionText(log, position),
      // The log has more for callbacks: messages, and who comes and goes.
      isWanted: ({ room, type }) =>
        (types?.has(type) ?? (Object.hasOwn(eventTypes, type) && !isOnRequest(type))) &&
        (rooms?.has(room) ?? true),
      dataOf: shownEvent,
      isAllowed() {
        renew()
        return isStillOf(app.id)
      },
    })
  },

  reply: (stream) => ({ stream }),
})
