import { Type as t } from '@sinclair/typebox'
import { unknownAction } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { action } from '../operation.ts'
import { exactly, loosely, says } from '../schemas.ts'

const Texts = t.Record(t.String(), t.String())

const Asked = exactly({
  action: t.String({
    ...says(
      '`operationId` of the call, such as `muteMembers`; or what users do through an SDK: `speak` to send a message, `joinRoom`, `leaveRoom`.',
      '接口的 `operationId`，如 `muteMembers`；或用户通过 SDK 进行的操作：`speak`（发送消息）、`joinRoom`、`leaveRoom`。',
    ),
    examples: ['muteMembers'],
  }),
  user: t.Optional(
    t.String({
      ...says('Who would call; the app itself when left out.', '调用者；不填表示应用自身。'),
      examples: ['bob'],
    }),
  ),
  without_token: t.Optional(t.Boolean(says('The call would have no token.', '调用时不带 token。'))),
  room: t.Optional(t.String(says('The chat room of the path.', '路径中的聊天室 ID。'))),
  params: t.Optional(
    t.Unsafe<Record<string, string>>({
      ...Texts,
      ...says('Other parts of the path by name.', '路径中的其他参数。'),
    }),
  ),
  query: t.Optional(t.Unsafe<Record<string, string>>({ ...Texts, ...says('The query.', '查询参数。') })),
  headers: t.Optional(
    t.Unsafe<Record<string, string>>({
      ...Texts,
      ...says('Headers, such as `If-Match`.', '请求头，如 `If-Match`。'),
    }),
  ),
  body: t.Optional(
    t.Unknown(
      says(
        'The body of the call; of `speak` `{"text": "…"}`, which is held against the keyword lists; of `joinRoom` `{"leave_other_rooms": true}`; of an upload what is known of the file: `{"name": "a.png", "bytes": 1000}` or its `text`.',
        '请求体；`speak` 为 `{"text": "…"}`，用于词表检查；`joinRoom` 为 `{"leave_other_rooms": true}`；上传接口为文件信息：`{"name": "a.png", "bytes": 1000}` 或其 `text`。',
      ),
    ),
  ),
})

const orNone = (en: string, zh: string) =>
  t.Union([t.Number(), t.Null()], { ...says(en, zh), examples: [100] })

const Speaking = exactly(
  {
    words: t.Array(
      exactly({
        word: t.String({ examples: ['spam'] }),
        list: t.String(says('Id of its list.', '词表 ID。')),
        action: t.String({ examples: ['refuse'] }),
      }),
      says('Words of keyword lists that the text holds.', '文本命中的词。'),
    ),
    text: t.Optional(
      t.String(says('The text as others get it, where words are replaced.', '替换命中的词之后的文本。')),
    ),
    limits: exactly({
      slow_mode: t.Integer({
        ...says('Seconds between two messages of a member; 0 = none.', '慢速模式的间隔秒数；0 表示关闭。'),
        examples: [10],
      }),
      user_message_rate: orNone(
        'Messages a second of one user; null = any number.',
        '单个用户每秒消息数；null 表示不限。',
      ),
      room_message_rate: orNone(
        'Messages a second to one chat room, in one process; null = any number.',
        '单个进程上单个聊天室每秒消息数；null 表示不限。',
      ),
    }),
    asks_callback: t.Boolean(
      says(
        'A callback of the app decides about the message, too; it is not called.',
        '消息还需经应用的发送前回调决定；此处不会调用。',
      ),
    ),
  },
  says('`speak`: what holds for the message.', '`speak`：对该消息生效的规则。'),
)

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
  change: t.Optional(
    exactly(
      { en: t.String(), zh: t.String() },
      says('What would have to change for the call to be done.', '需要做哪些改变才能成功。'),
    ),
  ),
  lifted_by: t.Optional(
    exactly(
      {
        calls: t.Optional(
          t.Array(t.String(), {
            ...says('Calls that change it, by `operationId`.', '可做出改变的接口（`operationId`）。'),
            examples: [['unmuteMembers']],
          }),
        ),
        settings: t.Optional(
          t.Array(t.String(), {
            ...says('Settings of the app or the server that change it.', '可做出改变的应用或服务器设置。'),
            examples: [['maxusers']],
          }),
        ),
        roles: t.Optional(
          t.Array(t.String(), {
            ...says(
              'Who may make the call: `app`, `superAdmin`, `owner`, `admin`, `member`, `other`.',
              '可调用的身份：`app`、`superAdmin`、`owner`、`admin`、`member`、`other`。',
            ),
            examples: [['app', 'owner']],
          }),
        ),
      },
      says('The same for programs.', '供程序读取。'),
    ),
  ),
  events: t.Optional(t.Array(t.Unknown(), says('What would happen.', '将会发生的事件。'))),
  speaking: t.Optional(Speaking),
})

/** Explains whether a call would be done, or which rule refuses it: the call runs as that caller and is rolled back. */
export const explain = action({
  id: 'explain',
  routes: ['POST /explain'],
  tag: 'audit',
  summary: { en: 'Why is a call refused?', zh: '查询调用被拒绝的原因' },
  description: {
    en: 'Runs any call as a user, or what the user does through an SDK, changes nothing, and returns whether it would be done, and if not which rule refuses it and what would have to change. Limits of calls a second are not counted.',
    zh: '以指定用户的身份试运行任一接口或 SDK 操作，不做任何修改，返回是否会成功；若不会，说明拒绝的规则以及需要做哪些改变。不计入每秒调用次数限制。',
  },
  allowed: appOnly,
  body: Asked,
  response: { data: Explained },
  failures: [unknownAction],
  input: ({ body, client }) => ({ asked: body, client }),

  async run({ app, services }, { asked, client }) {
    const { action: id, user, without_token: isAnonymous, room, params, query, headers, body } = asked
    return services.explain({
      app,
      id,
      username: isAnonymous ? null : user === undefined ? undefined : foldUsername(user),
      params: { ...(room === undefined ? {} : { chatroom_id: room }), ...params },
      query: new URLSearchParams(query),
      headers: new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
      body,
      client,
    })
  },
})
