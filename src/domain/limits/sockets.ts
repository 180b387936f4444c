import { type Limit, MiB } from './limit.ts'

const closed = { en: 'the connection is closed', zh: '关闭该连接' }
const upgradeRefused = { en: '503 instead of a connection', zh: '不建立连接，返回 503' }

/** What connections may do, and how much they may hold. */
export const socketLimits = {
  connections: {
    value: 100_000,
    unit: 'items',
    setting: 'max_connections',
    en: 'Connections of a process',
    zh: '单个进程的连接数',
    beyond: upgradeRefused,
  },
  addressConnections: {
    value: 0,
    unit: 'items',
    setting: 'address_connections',
    en: 'Connections of one address to a process; 0 = as many as the process takes',
    zh: '单个地址到一个进程的连接数；0 表示仅受进程总数限制',
    beyond: upgradeRefused,
  },
  connectionsNew: {
    value: 10_000,
    unit: 'items',
    en: 'Connections of a process that have sent nothing yet',
    zh: '单个进程中尚未发送任何内容的连接数',
    beyond: {
      en: 'the oldest is closed; the new one if the oldest is younger than a second',
      zh: '关闭最早的连接；若最早的也不足一秒，则关闭新连接',
    },
  },
  newFrameRate: {
    value: 10,
    unit: 'per second',
    en: 'Frames, pings and pongs of a connection before it has logged in',
    zh: '单个连接登录前的帧数（含 ping 和 pong）',
    beyond: closed,
  },
  frameRate: {
    value: 100,
    unit: 'per second',
    en: 'Frames, pings and pongs of a connection, above the messages that its user may send; every 16 KiB of a frame count as one more, and a user has twice as much for all its connections',
    zh: '单个连接在其用户消息限额之外的帧数（含 ping 和 pong）；帧内每 16 KiB 多计一帧；同一用户的全部连接合计为两倍',
    beyond: {
      en: 'the connection is closed, and its user cannot log in for 10 seconds',
      zh: '关闭该连接，且该用户 10 秒内不能登录',
    },
  },
  unlimitedFrameRate: {
    value: 10_000,
    unit: 'per second',
    en: 'The same, where the app sets no limit for the messages of a user',
    zh: '同上，适用于应用未限制用户消息数的情况',
    beyond: closed,
  },
  floodTime: {
    value: 10_000,
    unit: 'ms',
    en: 'Time for which a user cannot log in after one of its connections was closed for too many frames',
    zh: '连接因帧数过多被关闭后，其用户不能登录的时间',
    beyond: { en: 'the login is refused', zh: '拒绝登录' },
  },
  pingInterval: {
    value: 25,
    unit: 's',
    setting: 'ping_interval',
    en: 'Time between two pings to a connection',
    zh: '向连接发送两次 ping 的间隔',
    beyond: {
      en: 'a connection from which nothing comes during three is closed',
      zh: '连续三个间隔没有收到任何数据的连接会被关闭',
    },
  },
  idleTime: {
    value: 90,
    unit: 's',
    en: 'Time for which an HTTP connection stays open while nothing is sent on it; pools of clients and proxies give up theirs after 60',
    zh: 'HTTP 连接空闲时的保持时间；客户端和代理的连接池通常为 60 秒',
    beyond: closed,
  },
  sendBuffers: {
    value: 128,
    unit: 'MiB',
    setting: 'send_buffers',
    en: 'Bytes of a process that wait for all connections that read slowly',
    zh: '单个进程中等待所有慢速连接读取的数据总量',
    beyond: { en: 'connections are closed, the slowest first', zh: '从最慢的连接开始关闭' },
    memory: 256 * MiB,
  },
  presenceLargeRoom: {
    value: 100,
    unit: 'items',
    setting: 'presence_large_room',
    en: 'Users of a chat room on one node that are notified of each join and leave at once',
    zh: '单个节点上逐条即时通知成员进出的聊天室人数',
    beyond: { en: 'joins and leaves are gathered into one notice', zh: '成员进出合并为一条通知' },
  },
  presenceRate: {
    value: 20_000,
    unit: 'per second',
    setting: 'presence_rate',
    en: 'Deliveries of notices of joins and leaves to one chat room on one node',
    zh: '单个节点上一个聊天室的成员进出通知下发量',
    beyond: {
      en: 'notices come less often, without what members send on joining; who comes and goes between two of them is in neither',
      zh: '降低通知频率，且不再携带加入时的扩展信息；两次通知之间进入又退出的成员不再通知',
    },
  },
  presenceTime: {
    value: 10_000,
    unit: 'ms',
    en: 'Time between two notices of joins and leaves',
    zh: '两次成员进出通知的间隔',
    beyond: { en: 'the notice is sent', zh: '立即发出通知' },
  },
  presenceNames: {
    value: 100,
    unit: 'items',
    setting: 'presence_names',
    en: 'Users that one notice of joins or leaves names',
    zh: '一条成员进出通知列出的用户数',
    beyond: { en: 'the others are only counted', zh: '其余用户只计入成员数' },
  },
  batchTick: {
    value: 100,
    unit: 'ms',
    setting: 'batch_tick',
    en: 'Time for which a message in a large and busy chat room waits for others, to share a frame with them',
    zh: '大型且繁忙的聊天室中，消息等待与后续消息合并为一帧的时间',
    beyond: { en: 'the frame is sent', zh: '立即发出该帧' },
  },
  // With so many a delivery costs hardly more than its bytes: waiting longer would save nothing.
  batchMessages: {
    value: 32,
    unit: 'items',
    en: 'Messages of one chat room in a shared frame',
    zh: '单个聊天室合并为一帧的消息条数',
    beyond: { en: 'the frame is sent', zh: '立即发出该帧' },
  },
  batchBytes: {
    value: 64 * 1024,
    unit: 'bytes',
    en: 'Messages that wait in one chat room to share a frame',
    zh: '单个聊天室中等待合并为一帧的消息总量',
    beyond: { en: 'the frame is sent', zh: '立即发出该帧' },
  },
  callsOfTurn: {
    value: 64,
    unit: 'items',
    en: 'Calls that are served before the server looks at all connections again',
    zh: '服务端轮询全部连接一次之间应答的调用数',
    beyond: {
      en: 'they wait for that; a connection that sends further calls before its response is closed',
      zh: '等待下一轮；未等应答就继续发送调用（pipelining）的连接会被关闭',
    },
  },
} satisfies Record<string, Limit>
