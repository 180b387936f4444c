import { failure, tooLarge } from './failures.ts'
import { limits } from './limits.ts'

export const contentMissing = failure('illegal_argument', 'body.{field} must be provided', {
  en: 'the kind of message needs more',
  zh: '该消息类型缺少必需字段',
})

export const contentNotNumber = failure('illegal_argument', 'body.{field} must be a number', {
  en: 'something else where a number belongs',
  zh: '应为数字的字段给了其他类型的值',
})

export const noRooms = failure('illegal_argument', 'to must hold at least one chat room', {
  en: '`to` is empty',
  zh: '`to` 为空',
})

export const tooManyTargets = failure(
  'illegal_argument',
  `to size is more than max limit : ${limits.messageRooms.value}`,
  {
    en: `more than ${limits.messageRooms.value} chat rooms`,
    zh: `聊天室超过 ${limits.messageRooms.value} 个`,
  },
)

export const tooManyReceivers = failure(
  'illegal_argument',
  `users size is more than max limit : ${limits.messageUsers.value}`,
  { en: `more than ${limits.messageUsers.value} users`, zh: `用户超过 ${limits.messageUsers.value} 个` },
)

export const noSender = failure('illegal_argument', "from can't be empty", {
  en: '`from` is empty',
  zh: '`from` 为空',
})

export const messageTooLarge = failure(tooLarge.word, tooLarge.text, {
  en: `the message is over ${limits.messageBytes.value / 1024} KiB`,
  zh: `消息超过 ${limits.messageBytes.value / 1024} KiB`,
})

export const invalidBody = failure(
  'invalid_request_body',
  'Request body is invalid. Please check body is correct.',
  {
    en: 'the body is not a JSON object, or a field is of the wrong type',
    zh: '请求体不是 JSON 对象，或字段类型不对',
  },
)

/** What a message of the app's server can be refused for. */
export const messageFailures = [
  contentMissing,
  contentNotNumber,
  noRooms,
  tooManyTargets,
  tooManyReceivers,
  noSender,
  messageTooLarge,
] as const
