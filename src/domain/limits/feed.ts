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
  feedRooms: {
    value: 1000,
    unit: 'items',
    en: 'Chat rooms of an app whose messages are recorded for event streams that name them',
    zh: '单个应用因事件流指定而记录消息的聊天室数量',
    beyond: {
      en: 'the one that was asked for longest ago is recorded no more; 410 to its streams',
      zh: '停止记录最久未被请求的聊天室，其事件流收到 410',
    },
  },
  feedNamed: {
    value: 50,
    unit: 'items',
    en: 'Chat rooms that an event stream with messages names',
    zh: '包含消息的事件流可指定的聊天室数量',
    beyond: { en: '400; name none for all', zh: '返回 400；不指定则为全部' },
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
