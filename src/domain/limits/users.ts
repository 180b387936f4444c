import { type Limit, MiB } from './limit.ts'

/** What one user may do and have, and how many are counted. */
export const userLimits = {
  userMessageRate: {
    value: 100,
    unit: 'per second',
    setting: 'app:userMessageRate',
    en: 'Messages of one user',
    zh: '单个用户的消息数',
    beyond: { en: 'refused with "traffic limit"', zh: '以 "traffic limit" 拒收' },
  },
  userChangeRate: {
    value: 100,
    unit: 'per second',
    setting: 'app:userMessageRate',
    en: 'Joins, leaves and other changes of one user, in one process',
    zh: '单个用户在单个进程上的加入、离开及其他变更操作数',
    beyond: {
      en: '429, or refused with "traffic limit"; nothing is done',
      zh: '返回 429，或以 "traffic limit" 拒绝，不执行任何操作',
    },
  },
  userMeters: {
    value: 10_000,
    unit: 'items',
    en: 'Users whose changes a process counts',
    zh: '单个进程统计变更操作的用户数量',
    beyond: { en: 'those that were counted first start anew', zh: '最早的计数被清除并重新开始' },
    memory: 2 * MiB,
  },
  warnedQuota: {
    value: 10,
    unit: 'items',
    en: 'Smallest limit of a user or a chat room of which an app is warned at 80 %',
    zh: '用户或聊天室配额触发 80% 预警的最小上限',
    beyond: { en: 'no warning of a smaller one', zh: '更小的上限不预警' },
  },
  deletedRooms: {
    value: 100,
    unit: 'items',
    en: 'Chat rooms that go with deleted users at once',
    zh: '删除用户时一并处理的聊天室数量',
    beyond: {
      en: 'the others follow after the response, and the name is taken until then',
      zh: '其余的在响应之后处理，完成前该用户名不可注册',
    },
  },
  joinText: {
    value: 4096,
    unit: 'items',
    en: 'Text that a user sends on joining, in characters',
    zh: '用户加入时附言的字符数',
    beyond: { en: 'cut off', zh: '截断' },
  },
  deviceName: {
    value: 256,
    unit: 'items',
    en: 'Name of a device, in characters',
    zh: '设备名称的字符数',
    beyond: { en: 'the login is refused', zh: '拒绝登录' },
  },
  devices: {
    value: 10,
    unit: 'items',
    en: 'Connections of one user to a process',
    zh: '单个用户在一个进程上的连接数',
    beyond: { en: 'the oldest is closed', zh: '关闭最早的连接' },
  },
  nodes: {
    value: 64,
    unit: 'items',
    en: 'Processes that share one store',
    zh: '共用同一存储的进程数量',
    beyond: { en: 'the next one does not start', zh: '后续进程无法启动' },
  },
} satisfies Record<string, Limit>
