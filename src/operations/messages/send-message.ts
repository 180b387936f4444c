import { type Static, Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { olderFailures, olderTooLarge, overSendRate, tooManyOf } from '../../domain/message-failures.ts'
import type { Posted } from '../../domain/posted-message.ts'
import { idFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { serviceNotOpen } from '../not-served/service-not-open.ts'
import { action } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import { commonFields, contentOf, countMessages, Msg, olderWords } from './message-fields.ts'

const mostRooms = limits.messageRooms.value

const unknownTarget = failure(
  'illegal_argument',
  "target_type can only be 'users' or 'chatgroups' or 'chatrooms'",
  { en: '`target_type` is missing or another', zh: '`target_type` 缺失或为其他值' },
)

const OlderMessage = loosely({
  target_type: t.String({
    ...says(
      '`chatrooms`; `users` and `chatgroups` are not served here.',
      '`chatrooms`；此接口不支持 `users` 和 `chatgroups`。',
    ),
    examples: ['chatrooms'],
  }),
  target: t.Array(t.String(), {
    minItems: 1,
    ...says(`Ids of 1 to ${mostRooms} chat rooms.`, `1 到 ${mostRooms} 个聊天室 ID。`),
    examples: [['248710559375361']],
    ...bounds({ minItems: 1, maxItems: mostRooms }),
  }),
  msg: Msg,
  ...commonFields,
})

/** Reads a message; fails with what is wrong with its targets. */
function postedOf({ target_type, target, msg, ...rest }: Static<typeof OlderMessage>): Posted {
  if (target_type === 'users' || target_type === 'chatgroups') throw serviceNotOpen()
  if (target_type !== 'chatrooms') throw unknownTarget()
  if (target.length > mostRooms) throw tooManyOf({ field: 'target', limit: mostRooms })
  return {
    ...(rest as Pick<Posted, 'from' | 'ext' | 'chatroom_msg_level'>),
    ...contentOf(msg),
    to: target,
    tooLarge: olderTooLarge,
  }
}

/** Sends a message in the form of older server SDKs [send]. */
export const sendMessage = action({
  id: 'sendMessage',
  routes: ['POST /messages'],
  tag: 'messages',
  summary: { en: 'Send a message to chat rooms; the older form', zh: '发送聊天室消息（旧版接口）' },
  allowed: appOnly,
  parameters: [
    {
      name: 'useMsgId',
      in: 'query',
      schema: t.Boolean(),
      says: {
        en: 'Whether message ids are answered instead of `success`.',
        zh: '是否返回消息 ID，否则返回 `success`。',
      },
    },
  ],
  body: OlderMessage,
  bodyWords: {
    ...olderWords,
    missing: (values) => (values.field === 'target_type' ? unknownTarget() : olderWords.missing(values)),
  },
  response: {
    ownPath: true,
    data: t.Record(t.String(), t.String(), {
      ...says(
        '`success` or, with `useMsgId=true`, the message id, by chat room id.',
        '以聊天室 ID 为键，值为 `success`；`useMsgId=true` 时为消息 ID。',
      ),
      examples: [{ '248710559375361': 'success' }],
    }),
  },
  failures: [unknownTarget, serviceNotOpen, tooManyOf, overSendRate, ...olderFailures, ...idFailures],
  input: ({ body, query }) => ({ posted: postedOf(body), withIds: query.get('useMsgId') === 'true' }),

  async run(context, { posted, withIds }) {
    await countMessages(context, new Set(posted.to).size)
    const ids = await context.services.post(context.app, posted)
    return withIds ? ids : Object.fromEntries(Object.keys(ids).map((target) => [target, 'success']))
  },
})
