import { type Limit, MiB } from './limit.ts'

/** Frames of a connection, and messages in them. */
export const frameLimits = {
  frameBytes: {
    value: 256 * 1024,
    unit: 'bytes',
    en: 'Frame of a connection',
    zh: '单个连接的一帧',
    beyond: { en: 'the connection is closed', zh: '关闭该连接' },
  },
  loginFrameBytes: {
    value: 16 * 1024,
    unit: 'bytes',
    en: 'First frame of a connection',
    zh: '单个连接的首帧',
    beyond: { en: 'the connection is closed', zh: '关闭该连接' },
  },
  framesWaiting: {
    value: 256,
    unit: 'items',
    en: 'Frames of a connection that wait for their turn',
    zh: '单个连接排队等待处理的帧数',
    beyond: { en: 'the connection is closed', zh: '关闭该连接' },
  },
  bufferedBytes: {
    value: MiB,
    unit: 'bytes',
    en: 'Bytes that wait for a connection that reads slowly',
    zh: '等待慢速连接读取的字节数',
    beyond: { en: 'the connection is closed', zh: '关闭该连接' },
  },
  burstBytes: {
    value: 2 * MiB,
    unit: 'bytes',
    en: 'The same, in a burst between two looks',
    zh: '同上，两次检查之间的突发上限',
    beyond: { en: 'the connection is closed', zh: '关闭该连接' },
  },
  loginTime: {
    value: 10_000,
    unit: 'ms',
    en: 'Time in which a connection logs in',
    zh: '连接完成登录的时限',
    beyond: { en: 'the connection is closed', zh: '关闭该连接' },
  },
  messageBytes: {
    value: 16 * 1024,
    unit: 'bytes',
    en: 'Message',
    zh: '单条消息',
    beyond: { en: '413, or the message is refused', zh: '返回 413，或拒收该消息' },
  },
  recallTime: {
    value: 120_000,
    unit: 'ms',
    en: 'Time in which a message can be recalled',
    zh: '消息可撤回的时限',
    beyond: { en: 'the recall is refused', zh: '拒绝撤回' },
  },
} satisfies Record<string, Limit>
