import { type Static, Type as t } from '@sinclair/typebox'
import { theApp } from '../../domain/event.ts'
import { overRate } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { olderFailures, olderTooLarge, tooManyBroadcasts } from '../../domain/message-failures.ts'
import type { PostedToAll } from '../../domain/posted-message.ts'
import { dayMs, minuteMs } from '../../domain/time.ts'
import { idFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { action, write } from '../operation.ts'
import { exactly, loosely, says } from '../schemas.ts'
import { commonFields, contentOf, Msg, olderWords } from './message-fields.ts'

const Broadcast = loosely({ msg: Msg, ...commonFields })

/** Counts a broadcast of an app, unless it is over what the app may send in a minute or a day. */
export const countBroadcast = write({
  id: 'countBroadcast',
  allowed: appOnly,

  async run({ app, store, now }, _: object) {
    const used = async (name: string, periodMs: number): Promise<number> => {
      const period = Math.floor(now / periodMs)
      return (await store.rates.countCalls(app.id, name, period, 1)).used
    }
    // What is refused is not counted: it is undone with the transaction.
    if ((await used('broadcasts in a day', dayMs)) > limits.broadcastsPerDay.value) throw tooManyBroadcasts()
    if ((await used('broadcasts in a minute', minuteMs)) > limits.broadcastsPerMinute.value) throw overRate()
  },
})

const postedOf = ({ msg, ...rest }: Static<typeof Broadcast>): PostedToAll => ({
  ...(rest as Pick<PostedToAll, 'from' | 'ext' | 'chatroom_msg_level'>),
  ...contentOf(msg),
  tooLarge: olderTooLarge,
})

/** Sends a message to everyone who is in a chat room of the app [broadcast]. */
export const broadcastToRooms = action({
  id: 'broadcastToRooms',
  routes: ['POST /messages/chatrooms/broadcast'],
  tag: 'messages',
  summary: { en: 'Send a message to all chat rooms of the app', zh: '发送聊天室全局广播消息' },
  description: {
    en: 'To every chat room in which someone is connected; each has its own copy.',
    zh: '发送至有成员在线的所有聊天室，每个聊天室的消息 ID 各不相同。',
  },
  allowed: appOnly,
  body: Broadcast,
  bodyWords: olderWords,
  callsPerSecond: 1,
  response: {
    ownPath: true,
    data: exactly({
      id: t.Integer({ ...says('Id of the broadcast.', '广播消息 ID。'), examples: [115823689093121] }),
    }),
  },
  failures: [tooManyBroadcasts, ...olderFailures, ...idFailures],
  input: ({ body }) => postedOf(body),

  async run({ app, services }, posted) {
    if (app.settings.rateLimits) await services.commit(app.id, theApp, countBroadcast, {})
    return { id: await services.broadcast(app, posted) }
  },
})
