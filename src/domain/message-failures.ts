import { failure } from './failures.ts'
import { limits } from './limits.ts'

export const contentMissing = failure('illegal_argument', 'body.{field} must be provided', {
  en: 'the kind of message needs more',
  zh: '该消息类型缺少必需字段',
})

export const contentNotNumber = failure('illegal_argument', 'body.{field} must be a number', {
  en: 'something else where a number belongs',
  zh: '应为数字的字段给了其他类型的值',
})

export const sendParameterMissing = failure('message_send_error', "param {field} can't be empty", {
  en: 'a required field is missing, or a field is empty',
  zh: '缺少必填字段，或字段为空',
})

export const extNotObject = failure('message_send_error', 'param ext must be JSONObject', {
  en: '`ext` is not an object',
  zh: '`ext` 不是对象',
})

export const tooManyOf = failure('message_send_error', "params {field}'s size can't exceed limit {limit}", {
  en: 'a field holds more than the call takes',
  zh: '字段的元素个数超过接口上限',
})

/** The words of older calls. */
export const olderParameterMissing = failure('illegal_argument', "{field} can't be empty", {
  en: sendParameterMissing.when.en,
  zh: sendParameterMissing.when.zh,
})

export const olderExtNotObject = failure('illegal_argument', 'ext must be JSONObject', extNotObject.when)

export const messageTooLarge = failure(
  'message_send_error',
  'message is too large',
  {
    en: `the message is over ${limits.messageBytes.value / 1024} KiB`,
    zh: `消息超过 ${limits.messageBytes.value / 1024} KiB`,
  },
  400,
  14_007,
)

export const overSendRate = failure(
  'message_send_error',
  'message send reach limit',
  {
    en: `over ${limits.messagesSent.value} messages a second, each chat room counted, where the app has \`rateLimits\``,
    zh: `应用开启 \`rateLimits\` 且每秒消息数超过 ${limits.messagesSent.value}（每个聊天室计一条）`,
    lift: {
      en: 'wait a second and send again, or turn `rateLimits` of the app off',
      zh: '稍等一秒后重试，或关闭应用设置 `rateLimits`',
      settings: ['rateLimits'],
    },
  },
  403,
)

export const overUserSendRate = failure(
  overSendRate.word,
  overSendRate.text,
  {
    en: `over ${limits.userMessagesSent.value} messages to users in a minute, each user counted, where the app has \`rateLimits\``,
    zh: `应用开启 \`rateLimits\` 且每分钟单聊消息数超过 ${limits.userMessagesSent.value}（每个用户计一条）`,
    lift: {
      en: 'wait a minute and send again, or turn `rateLimits` of the app off',
      zh: '稍等一分钟后重试，或关闭应用设置 `rateLimits`',
      settings: ['rateLimits'],
    },
  },
  403,
)

export const invalidBody = failure(
  'invalid_request_body',
  'Request body is invalid. Please check body is correct.',
  {
    en: 'the body is not a JSON object, or a field is of the wrong type',
    zh: '请求体不是 JSON 对象，或字段类型不对',
  },
)

export const olderTooLarge = failure('illegal_argument', messageTooLarge.text, messageTooLarge.when)

export const tooManyBroadcasts = failure('forbidden_op', 'chatroom broadcast limit exceeded', {
  en: `over ${limits.broadcastsPerDay.value} broadcasts in a day (UTC), where the app has \`rateLimits\``,
  zh: `应用开启 \`rateLimits\` 且当天（UTC）广播超过 ${limits.broadcastsPerDay.value} 次`,
  lift: {
    en: 'wait until the next day (UTC), or turn `rateLimits` of the app off',
    zh: '等到次日（UTC），或关闭应用设置 `rateLimits`',
    settings: ['rateLimits'],
  },
})

/** What a message can be refused for in the words of older calls. */
export const olderFailures = [
  olderParameterMissing,
  olderExtNotObject,
  contentMissing,
  contentNotNumber,
  olderTooLarge,
  invalidBody,
] as const

/** What a message of the app's server to chat rooms can be refused for. */
export const messageFailures = [
  sendParameterMissing,
  extNotObject,
  contentMissing,
  contentNotNumber,
  tooManyOf,
  messageTooLarge,
  overSendRate,
  invalidBody,
] as const
