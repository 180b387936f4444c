import { failure } from './failures.ts'
import { limits } from './limits.ts'
import { sendParameterMissing } from './message-failures.ts'
import { minuteMs } from './time.ts'

const minutes = limits.recallTime.value / minuteMs

export const recallParameterMissing = failure(
  'message_recall_error',
  sendParameterMissing.text,
  sendParameterMissing.when,
)

export const elsewhere = failure('message_recall_error', "can't find msg to", {
  en: 'the message went to another chat room',
  zh: '该消息不是发往 `to` 的',
})

export const tooLateToRecall = failure(
  'message_recall_error',
  'exceed recall time limit',
  {
    en: `the message is older than ${minutes} minutes`,
    zh: `消息发送已超过 ${minutes} 分钟`,
    lift: { en: 'recall it with `force`', zh: '使用 `force` 撤回', calls: ['recallMessage'] },
  },
  403,
)

export const notFoundToRecall = failure(
  'message_recall_error',
  'not_found msg',
  {
    en: 'no message has this id, or it was recalled already',
    zh: '消息 ID 不存在，或消息已撤回',
    lift: {
      en: 'name a message that is there, or recall it with `force`',
      zh: '使用存在的消息 ID，或使用 `force` 撤回',
      calls: ['recallMessage'],
    },
  },
  403,
)

export const tooManyToRecall = failure(
  'message_recall_error',
  `msgs size can't exceed limit ${limits.messagesRecalled.value}`,
  {
    en: `more than ${limits.messagesRecalled.value} messages`,
    zh: `消息超过 ${limits.messagesRecalled.value} 条`,
  },
)
