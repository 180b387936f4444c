import { dayMs, minuteMs } from '../time.ts'
import type { Limit } from './limit.ts'

const refused = { en: '400; nothing is changed', zh: '返回 400，不做修改' }

/** How long chat rooms live, and how they are dissolved when that is over. */
export const lifecycleLimits = {
  shortestTimeout: {
    value: minuteMs,
    unit: 'ms',
    en: 'Shortest `idle_timeout`, and `empty_timeout`, of a chat room',
    zh: '聊天室 `idle_timeout`、`empty_timeout` 的最小值',
    beyond: refused,
  },
  longestTimeout: {
    value: 3650 * dayMs,
    unit: 'ms',
    en: 'Longest `idle_timeout`, `empty_timeout`, and `warn_before`, of a chat room',
    zh: '聊天室 `idle_timeout`、`empty_timeout`、`warn_before` 的最大值',
    beyond: refused,
  },
  latestInstant: {
    value: 253_402_300_799_999,
    unit: 'ms',
    en: 'Latest `opens_at`, and `expires_at`, of a chat room: the end of the year 9999',
    zh: '聊天室 `opens_at`、`expires_at` 的最大值：9999 年末',
    beyond: refused,
  },
  returnTime: {
    value: 600_000,
    unit: 'ms',
    en: 'Time after the start of the server, or the loss of a node, in which no chat room is dissolved as idle or empty; its timeout, where that is shorter',
    zh: '服务启动或节点失联后，不因空闲或无人而解散聊天室的时长；超时时间更短时以超时时间为准',
    beyond: { en: 'rooms are dissolved again', zh: '恢复解散' },
  },
  /** Less than the shortest timeout without the time for which activity is not stored (`activityDelay`). */
  nodeSilence: {
    value: 30_000,
    unit: 'ms',
    en: 'Time for which a node may not be heard of while chat rooms are dissolved as idle or empty; it may know of activity that is not stored',
    zh: '仍会因空闲或无人而解散聊天室时，节点允许失联的最长时间；该节点可能有尚未写入的活动',
    beyond: {
      en: 'as after the loss of a node',
      zh: '按节点失联处理',
    },
  },
  roomsPreviewed: {
    value: 1000,
    unit: 'items',
    en: 'Chat rooms in one preview of those that will be dissolved',
    zh: '一次预览返回的即将解散的聊天室数量',
    beyond: { en: 'the first of them, and `more`', zh: '只返回最早解散的，并标明 `more`' },
  },
  hoursPreviewed: {
    value: 8760,
    unit: 'items',
    en: 'Hours that a preview looks ahead',
    zh: '预览的最大小时数',
    beyond: refused,
  },
} satisfies Record<string, Limit>
