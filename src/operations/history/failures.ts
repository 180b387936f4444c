import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'

const noHistory = {
  en: 'the app has no history (`historyDays`), or the conversation is none of a chat room',
  zh: '应用未开启历史消息（`historyDays`），或会话不是聊天室',
  lift: {
    en: 'raise `historyDays` of the app above 0',
    zh: '将应用设置 `historyDays` 设为大于 0',
    settings: ['historyDays'],
  },
}

export const roamingNotOpen = failure('forbidden_op', 'messageroaming function not open', noHistory)
export const historyNotOpen = failure(
  'service open exception',
  'this appKey not open message roaming',
  noHistory,
)

const mostPulled = limits.historyPage.value

export const tooManyPulled = failure('illegal_argument', `pull number cannot be greater than ${mostPulled}`, {
  en: `\`pull_number\` is over ${mostPulled}`,
  zh: `\`pull_number\` 超过 ${mostPulled}`,
})

export const badPullNumber = failure('illegal_argument', 'pull number must be a whole number of at least 1', {
  en: '`pull_number` is 0, negative or no whole number',
  zh: '`pull_number` 为 0、负数或不是整数',
})

export const badPosition = failure('illegal_argument', 'start is no message id of this chat room', {
  en: '`start` is no message id, or that of a message of another chat room',
  zh: '`start` 不是消息 ID，或属于其他聊天室',
})

const mostRemoved = limits.historyRemoved.value

export const tooManyRemoved = failure(
  'param exception',
  `delete msg list limit can not greater than ${mostRemoved}`,
  { en: `more than ${mostRemoved} message ids`, zh: `消息 ID 超过 ${mostRemoved} 个` },
)

export const badRemoval = failure('param exception', '{field} is illegal', {
  en: '`groupId`, `msgIdList` or `delTime` is missing, or is not what it should be',
  zh: '`groupId`、`msgIdList` 或 `delTime` 缺失或格式错误',
})
