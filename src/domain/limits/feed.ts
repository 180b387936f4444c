import type { Limit } from './limit.ts'

/** Streams of events for servers. */
export const feedLimits = {
  feedStreams: {
    value: 10,
    unit: 'items',
    en: 'Event streams of one app that a process has open',
    zh: '单个进程中一个应用同时打开的事件流数量',
    beyond: { en: '429 to the new one', zh: '对新的事件流返回 429' },
  },
  feedPage: {
    value: 100,
    unit: 'items',
    en: 'Events that an event stream reads from the log at a time; at most two pages wait for a reader that is slow',
    zh: '事件流每次从日志读取的事件数量；读取方较慢时最多缓冲两页',
    beyond: {
      en: 'they stay in the log until the reader has taken the last',
      zh: '其余留在日志中，读取方取走后再读',
    },
  },
  feedStall: {
    value: 30_000,
    unit: 'ms',
    en: 'Time for which the reader of an event stream may take nothing while something waits for it',
    zh: '事件流有数据待读而读取方不读取的最长时间',
    beyond: {
      en: 'the stream ends, and is continued by `Last-Event-ID`',
      zh: '结束该事件流，可凭 `Last-Event-ID` 续读',
    },
  },
} satisfies Record<string, Limit>
