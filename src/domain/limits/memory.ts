import type { Limit } from './limit.ts'

const MiB = 1024 * 1024

/** What one process holds in memory at most: caches, queues and what waits for clients. */
export const memoryLimits = {
  logBacklog: {
    value: MiB,
    unit: 'bytes',
    en: 'Log lines that wait since they cannot be written: the disk is full, or the reader slow',
    zh: '因磁盘已满或读取方过慢而等待写出的日志',
    beyond: {
      en: 'lines are lost and counted in `chatroomd_log_lines_lost_total`',
      zh: '丢弃后续日志行，并计入 `chatroomd_log_lines_lost_total`',
    },
  },
  passwordChecks: {
    value: 128,
    unit: 'items',
    en: 'Password checks of a process that wait for a core',
    zh: '单个进程中等待校验的密码数量',
    beyond: {
      en: '503, to the last login of the app and address that have most waiting',
      zh: '对等待最多的应用和地址中最后到达的登录返回 503',
    },
    memory: 128 * 1024,
  },
  passwordChecksOfAddress: {
    value: 64,
    unit: 'items',
    en: 'Password checks of an address that wait, for one app',
    zh: '单个地址在一个应用中等待校验的密码数量',
    beyond: { en: '503', zh: '返回 503' },
  },
  passwordChecksOfName: {
    value: 8,
    unit: 'items',
    en: 'Password checks of an address that wait, for one user',
    zh: '单个地址对同一用户等待校验的密码数量',
    beyond: { en: '503', zh: '返回 503' },
  },
  passwordHashes: {
    value: 1200,
    unit: 'items',
    en: 'New passwords of a process that wait for a core',
    zh: '单个进程中等待计算哈希的新密码数量',
    beyond: {
      en: '503, to the last call of the app and address that have most waiting',
      zh: '对等待最多的应用和地址中最后到达的调用返回 503',
    },
    memory: 2 * MiB,
  },
  passwordHashesOfAddress: {
    value: 8,
    unit: 'items',
    en: 'New passwords of an address that wait, without a token',
    zh: '单个地址不带 token 注册时等待计算哈希的新密码数量',
    beyond: { en: '503', zh: '返回 503' },
  },
  cachedTokens: {
    value: 20_000,
    unit: 'items',
    en: 'Verified tokens that a process caches',
    zh: '单个进程缓存的已验证 token 数量',
    beyond: { en: 'evicted, and verified again', zh: '淘汰旧缓存，需要时重新验证' },
    memory: 20 * MiB,
  },
  cachedUsers: {
    value: 10_000,
    unit: 'items',
    en: 'Users whose token epoch a process caches',
    zh: '单个进程缓存 token 版本的用户数量',
    beyond: { en: 'evicted, and read again', zh: '淘汰旧缓存，需要时重新读取' },
    memory: 4 * MiB,
  },
  cachedResponses: {
    value: 16 * MiB,
    unit: 'items',
    en: 'Characters of responses that a process with the embedded store caches for repeated reads',
    zh: '使用内置存储时，单个进程为重复读取缓存的响应字符数',
    beyond: { en: 'the older half is evicted', zh: '淘汰较旧的一半' },
    memory: 32 * MiB,
  },
  listsPrepared: {
    value: 1000,
    unit: 'items',
    en: 'Statements for lists that a process keeps prepared on PostgreSQL',
    zh: '使用 PostgreSQL 时，单个进程保留的列表查询语句数量',
    beyond: { en: 'all are evicted and prepared again', zh: '全部清除后重新准备' },
    memory: 4 * MiB,
  },
  recentMessages: {
    value: 100_000,
    unit: 'items',
    en: 'Latest messages that a process caches for recalls and repeats',
    zh: '单个进程为撤回和去重保留的最近消息数量',
    beyond: { en: 'the older half is evicted', zh: '淘汰较旧的一半' },
    memory: 72 * MiB,
  },
  messagesUnwritten: {
    value: 20_000,
    unit: 'items',
    en: 'Messages that wait to be stored for recalls and repeats',
    zh: '等待入库（供撤回和去重）的消息数量',
    beyond: {
      en: 'delivered, but not recalled or recognised after a restart',
      zh: '照常投递，但重启后无法撤回或去重',
    },
    memory: 8 * MiB,
  },
  busWaiting: {
    value: 100_000,
    unit: 'items',
    en: 'Events and messages that wait for the bus to other nodes',
    zh: '等待经总线发往其他节点的事件和消息数量',
    beyond: { en: 'not published to other nodes', zh: '不再通知其他节点' },
  },
  busWaitingText: {
    value: 64 * MiB,
    unit: 'items',
    en: 'Characters of the events and messages that wait for the bus',
    zh: '等待经总线发送的内容的字符数',
    beyond: { en: 'not published to other nodes', zh: '不再通知其他节点' },
    memory: 128 * MiB,
  },
  busSenders: {
    value: 1000,
    unit: 'items',
    en: 'Processes of other nodes whose items on the bus are counted',
    zh: '记录总线消息序号的其他节点进程数量',
    beyond: { en: 'the oldest is evicted', zh: '遗忘最早的一个' },
  },
  metricsMade: {
    value: 10,
    unit: 'per second',
    en: 'Times that a process reads its metrics',
    zh: '单个进程生成指标的次数',
    beyond: {
      en: 'the last ones are returned, which are less than a second old',
      zh: '返回上一次生成的指标，不超过一秒',
    },
  },
} satisfies Record<string, Limit>
