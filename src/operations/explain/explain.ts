import { Type as t } from '@sinclair/typebox'
import { theApp } from '../../domain/event.ts'
import { unknownAction } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { action } from '../operation.ts'
import { exactly, loosely, says } from '../schemas.ts'

const Texts = t.Record(t.String(), t.String())

const Asked = exactly({
  action: t.String({
    ...says(
      '`operationId` of the call, such as `muteMembers`, or `speak`: to send a message through an SDK.',
      '接口的 `operationId`，如 `muteMembers`；`speak` 表示通过 SDK 发送消息。',
    ),
    examples: ['muteMembers'],
  }),
  user: t.Optional(
    t.String({
      ...says('Who would call; the app itself when left out.', '调用者；不填表示应用自身。'),
      examples: ['bob'],
    }),
  ),
  room: t.Optional(t.String(says('The chat room of the path.', '路径中的聊天室 ID。'))),
  params: t.Optional(
    t.Unsafe<Record<string, string>>({
      ...Texts,
      ...says('Other parts of the path by name.', '路径中的其他参数。'),
    }),
  ),
  query: t.Optional(t.Unsafe<Record<string, string>>({ ...Texts, ...says('The query.', '查询参数。') })),
  body: t.Optional(t.Unknown(says('The body of the call.', '请求体。'))),
})

const Explained = loosely({
  allowed: t.Boolean({ ...says('Whether the call would be done.', '该调用是否会成功。'), examples: [false] }),
  status: t.Optional(t.Integer({ ...says('Status of the refusal.', '拒绝时的状态码。'), examples: [401] })),
  code: t.Optional(
    t.Integer(says('`speak`: status code that the client gets.', '`speak`：客户端收到的状态码。')),
  ),
  error: t.Optional(t.String({ examples: ['group_authorization'] })),
  error_description: t.Optional(t.String({ examples: ['…'] })),
  why: t.Optional(
    exactly({ en: t.String(), zh: t.String() }, says('The rule that refuses.', '拒绝的规则。')),
  ),
  events: t.Optional(t.Array(t.Unknown(), says('What would happen.', '将会发生的事件。'))),
})

/** Explains whether a call would be done, or which rule refuses it: the call runs as that caller and is rolled back. */
export const explain = action({
  id: 'explain',
  routes: ['POST /explain'],
  tag: 'audit',
  summary: { en: 'Why is a call refused?', zh: '查询调用被拒绝的原因' },
  description: {
    en: 'Runs any call that reads or writes as a user, changes nothing, and returns whether it would be done, and if not which rule refuses it.',
    zh: '以指定用户的身份试运行任一读写接口，不做任何修改，返回是否会成功；若不会，说明拒绝的规则。',
  },
  allowed: appOnly,
  body: Asked,
  response: { data: Explained },
  failures: [unknownAction],
  input: ({ body, client }) => ({ asked: body, client }),

  async run({ app, services }, { asked: { action: id, user, room, params, query, body }, client }) {
    return services.explain({
      app,
      id,
      caller: user === undefined ? theApp : { kind: 'user', username: foldUsername(user) },
      params: { ...(room === undefined ? {} : { chatroom_id: room }), ...params },
      query: new URLSearchParams(query),
      body,
      client,
    })
  },
})
