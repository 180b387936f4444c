import { type Static, Type as t } from '@sinclair/typebox'
import type { App } from '../../domain/app.ts'
import type { FailureRow } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { invalidBody, messageTooLarge } from '../../domain/message-failures.ts'
import type { Recalled, Recalls } from '../../domain/recall.ts'
import {
  elsewhere,
  notFoundToRecall,
  recallParameterMissing,
  tooLateToRecall,
  tooManyToRecall,
} from '../../domain/recall-failures.ts'
import { checkUsername, idFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import type { BodyWords } from '../body-words.ts'
import { action } from '../operation.ts'
import { bounds, exactly, loosely, says } from '../schemas.ts'

const MessageId = t.String({ ...says('Message id.', '消息 ID。'), examples: ['115823689093121'] })
const most = limits.messagesRecalled.value
const types = ['chat', 'groupchat', 'chatroom'] as const

const Recall = loosely({
  msg_id: t.String({ minLength: 1, says: MessageId.says, examples: MessageId.examples }),
  to: t.String({
    minLength: 1,
    ...says('The chat room or user that the message went to.', '消息发往的聊天室 ID 或用户 ID。'),
    examples: ['248710559375361'],
  }),
  chat_type: t.Union(
    types.map((type) => t.Literal(type)),
    {
      ...says(
        'There are no groups: without `force` their messages are not found.',
        '不提供群组：群聊消息不带 `force` 时返回未找到。',
      ),
      examples: ['chatroom'],
    },
  ),
  from: t.Optional(
    t.String({
      ...says('Who has recalled it, as clients see it; `admin` when left out.', '撤回者，默认为 `admin`。'),
      examples: ['admin'],
    }),
  ),
  force: t.Optional(
    t.Boolean({
      ...says(
        'Recalls a message however old it is, also one that the server does not know any more.',
        '是否强制撤回：不受时限约束，服务器已不保存的消息也可撤回。',
      ),
      examples: [true],
    }),
  ),
  recallMessageExtensionInfo: t.Optional(
    t.String(says('What clients get with the recall.', '随撤回通知下发的扩展信息。')),
  ),
})

const Extension = { recallMessageExtensionInfo: Recall.properties.recallMessageExtensionInfo }

const Several = t.Array(Recall, {
  minItems: 1,
  ...says('Messages to recall.', '待撤回的消息。'),
  ...bounds({ minItems: 1, maxItems: most }),
})

const words: BodyWords = {
  missing: recallParameterMissing,
  wrongType: () => invalidBody(),
  notObject: invalidBody,
  notJson: invalidBody,
  emptyIsMissing: true,
}

const failures: readonly FailureRow[] = [
  recallParameterMissing,
  invalidBody,
  elsewhere,
  tooLateToRecall,
  notFoundToRecall,
  messageTooLarge,
  ...idFailures,
]

/** What a row of a body requests. */
function recalledOf(row: Static<typeof Recall>, extension = row.recallMessageExtensionInfo): Recalled {
  if (Buffer.byteLength(extension ?? '') > limits.messageBytes.value) throw messageTooLarge()
  return {
    id: row.msg_id,
    to: row.to,
    type: row.chat_type as Recalled['type'],
    from: checkUsername(row.from || 'admin'),
    force: row.force ?? false,
    extension,
  }
}

const manyOf = (rows: Static<typeof Recall>[], extension?: string): Recalled[] => {
  if (rows.length > most) throw tooManyToRecall()
  return rows.map((row) => recalledOf(row, row.recallMessageExtensionInfo ?? extension))
}

/** Recalls messages once it is known that all of them can be. */
async function recallAll(recalls: Recalls, app: App, all: Recalled[]): Promise<void> {
  for (const one of all) {
    const refusal = await recalls.refusal(app, one)
    if (refusal) throw refusal
  }
  for (const one of all) await recalls.recall(app, one)
}

const Row = exactly({
  recalled: t.Literal('yes'),
  chattype: Recall.properties.chat_type,
  from: t.String({ examples: ['admin'] }),
  to: t.String({ examples: ['248710559375361'] }),
  msg_id: MessageId,
})

const rowOf = ({ id, to, type, from }: Recalled) => ({
  recalled: 'yes',
  chattype: type,
  from,
  to,
  msg_id: id,
})

/** Recalls a message, whoever sent it [recall]. */
export const recallMessage = action({
  id: 'recallMessage',
  routes: ['POST /messages/msg_recall'],
  tag: 'messages',
  summary: { en: 'Recall a message of a chat room, or to one user', zh: '撤回聊天室消息或单聊消息' },
  allowed: appOnly,
  body: Recall,
  bodyWords: words,
  response: { ownPath: true, data: Row },
  failures,
  input: ({ body }) => recalledOf(body),

  async run({ app, services }, recalled) {
    await recallAll(services.recalls, app, [recalled])
    return rowOf(recalled)
  },
})

/** Recalls several messages, or none of them [recall]. */
export const recallMessages = action({
  id: 'recallMessages',
  routes: ['POST /messages/batch_recall'],
  tag: 'messages',
  summary: {
    en: `Recall up to ${most} messages, or none of them`,
    zh: `批量撤回消息，最多 ${most} 条；全部成功或全部不撤回`,
  },
  allowed: appOnly,
  body: loosely({ msgs: Several, ...Extension }),
  bodyWords: words,
  response: { ownPath: true, data: t.Array(Row) },
  failures: [...failures, tooManyToRecall],
  input: ({ body }) => manyOf(body.msgs, body.recallMessageExtensionInfo),

  async run({ app, services }, all) {
    await recallAll(services.recalls, app, all)
    return all.map(rowOf)
  },
})

/** Recalls each of several messages that can be [recall]; the response lists which. */
export const recallMessagesOneByOne = action({
  id: 'recallMessagesOneByOne',
  routes: ['POST /messages/recall'],
  tag: 'messages',
  summary: {
    en: `Recall up to ${most} messages, each by itself; the older form`,
    zh: `逐条撤回消息，最多 ${most} 条（旧版接口）`,
  },
  allowed: appOnly,
  body: loosely({ msgs: Several }),
  bodyWords: words,
  response: {
    ownPath: true,
    data: exactly({
      msgs: t.Array(
        exactly({
          msg_id: MessageId,
          recalled: t.String({
            ...says('`yes`, or why the message was not recalled.', '`yes`，或未撤回的原因。'),
            examples: ['yes'],
          }),
        }),
      ),
    }),
  },
  failures: [recallParameterMissing, invalidBody, messageTooLarge, tooManyToRecall, ...idFailures],
  input: ({ body }) => manyOf(body.msgs),

  async run({ app, services: { recalls } }, all) {
    const msgs: { msg_id: string; recalled: string }[] = []
    for (const one of all) {
      const refusal = await recalls.refusal(app, one)
      if (!refusal) await recalls.recall(app, one)
      msgs.push({ msg_id: one.id, recalled: refusal?.text ?? 'yes' })
    }
    return { msgs }
  },
})
