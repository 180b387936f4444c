import type { Limit } from './limit.ts'

const fails = {
  en: 'counts as failed: the message is delivered, or stopped where the rule demands it',
  zh: '视为回调失败：按规则放行或拦截消息',
}

/** Callbacks before messages are delivered. */
export const beforeLimits = {
  beforeTime: {
    value: 3000,
    unit: 'ms',
    en: 'Highest `timeout` of a callback before sending',
    zh: '发送前回调 `timeout` 的最大值',
    beyond: { en: '400; nothing is done', zh: '返回 400，不执行任何操作' },
  },
  beforeAnswer: {
    value: 1000,
    unit: 'items',
    en: 'Characters of the response to a callback before sending',
    zh: '发送前回调应答的字符数',
    beyond: fails,
  },
  beforeReplacement: {
    value: 1024,
    unit: 'bytes',
    en: 'Text and attributes that a callback before sending puts in place of those of a message',
    zh: '发送前回调替换的消息文本与扩展字段',
    beyond: fails,
  },
  beforeWaiting: {
    value: 16,
    unit: 'items',
    en: 'Messages of one sender to one chat room that wait for a callback before sending',
    zh: '同一发送方在同一聊天室中等待发送前回调的消息数量',
    beyond: { en: 'refused with `traffic limit`', zh: '以 `traffic limit` 拒绝' },
  },
  beforeUnderWay: {
    value: 256,
    unit: 'items',
    en: 'Questions to one callback before sending that a process has under way',
    zh: '单个进程对一个发送前回调同时进行的询问数量',
    beyond: fails,
  },
  beforeFailures: {
    value: 20,
    unit: 'items',
    en: 'Failures one after the other of a callback before sending',
    zh: '发送前回调连续失败的次数',
    beyond: {
      en: 'it is not called for 30 seconds, then for one message at a time until it responds; others are delivered, or stopped where the rule demands it',
      zh: '30 秒内不再询问，之后每次只用一条消息试探，直至恢复；其间按规则放行或拦截消息',
    },
  },
  beforePause: {
    value: 30_000,
    unit: 'ms',
    en: 'Time for which a callback before sending that fails repeatedly is not called',
    zh: '发送前回调连续失败后暂停询问的时间',
    beyond: { en: 'one message tries it again', zh: '用一条消息重新试探' },
  },
} satisfies Record<string, Limit>
