import type { Limit } from './limit.ts'

const MiB = 1024 * 1024

/** Secrets of apps; operators of the console: their passwords, their sessions, and how often they may fail to sign in. */
export const operatorLimits = {
  secretOverlap: {
    value: 90 * 86_400_000,
    unit: 'ms',
    en: 'Time for which the previous secret of an app stays good beside a new one',
    zh: '更换应用密钥后，原密钥继续有效的最长时间',
    beyond: { en: '400; nothing is done', zh: '返回 400，不执行任何操作' },
  },
  operators: {
    value: 1000,
    unit: 'items',
    en: 'Operators of a server',
    zh: '单个服务的管理员账号数量',
    beyond: { en: 'the next one is not added', zh: '无法再添加' },
  },
  operatorName: {
    value: 64,
    unit: 'items',
    en: 'Name of an operator, in characters',
    zh: '管理员名称的字符数',
    beyond: { en: '400; nothing is done', zh: '返回 400，不执行任何操作' },
  },
  operatorPassword: {
    value: 128,
    unit: 'items',
    en: 'Password of an operator, in characters',
    zh: '管理员密码的字符数',
    beyond: { en: '400; nothing is done', zh: '返回 400，不执行任何操作' },
  },
  operatorSessions: {
    value: 20,
    unit: 'items',
    en: 'Sessions of one operator in the console',
    zh: '单个管理员的控制台会话数量',
    beyond: { en: 'the one that began first ends', zh: '最早的会话失效' },
  },
  operatorIdleTime: {
    value: 12 * 3_600_000,
    unit: 'ms',
    en: 'Time for which a session of the console lasts without a call',
    zh: '控制台会话无操作的有效时长',
    beyond: { en: 'the operator signs in again', zh: '需要重新登录' },
  },
  operatorSessionTime: {
    value: 7 * 86_400_000,
    unit: 'ms',
    en: 'Time for which a session of the console lasts in all',
    zh: '控制台会话的最长有效时长',
    beyond: { en: 'the operator signs in again', zh: '需要重新登录' },
  },
  operatorFailures: {
    value: 5,
    unit: 'items',
    en: 'Failed sign-ins under one name within the time of a lockout, in one process',
    zh: '单个进程中同一账号在锁定时长内登录失败的次数',
    beyond: { en: '429, also with the right password', zh: '返回 429，密码正确也会被拒绝' },
  },
  operatorFailuresOfAddress: {
    value: 20,
    unit: 'items',
    en: 'Failed sign-ins from one address within the time of a lockout, in one process',
    zh: '单个进程中同一地址在锁定时长内登录失败的次数',
    beyond: { en: '429, also with the right password', zh: '返回 429，密码正确也会被拒绝' },
  },
  operatorLockout: {
    value: 15 * 60_000,
    unit: 'ms',
    en: 'Time from the first failed sign-in after which failures are forgotten',
    zh: '从首次登录失败起，失败次数的统计与锁定时长',
    beyond: { en: 'they count anew', zh: '重新计数' },
  },
  operatorFailuresKept: {
    value: 10_000,
    unit: 'items',
    en: 'Names and addresses whose failed sign-ins a process counts',
    zh: '单个进程统计登录失败的账号和地址数量',
    beyond: { en: 'the older half is forgotten', zh: '淘汰较旧的一半' },
    memory: 2 * MiB,
  },
  operatorSetup: {
    value: 86_400_000,
    unit: 'ms',
    en: 'Time for which the link of the first start is good',
    zh: '首次启动时打印的链接的有效时长',
    beyond: {
      en: 'the next start prints another, as long as there is no operator',
      zh: '尚无管理员时，下次启动会打印新的链接',
    },
  },
  recentLog: {
    value: MiB,
    unit: 'items',
    en: 'Characters of the latest log lines that a process keeps for the console',
    zh: '单个进程为控制台保留的最近日志的字符数',
    beyond: { en: 'the oldest lines go', zh: '删除最早的日志行' },
    memory: 2 * MiB,
  },
  copyTime: {
    value: 3_600_000,
    unit: 'ms',
    en: 'Time for which a backup or an export of the console can be downloaded',
    zh: '控制台的备份和导出可下载的时长',
    beyond: { en: 'it is removed', zh: '予以删除' },
  },
  recentLogTime: {
    value: 3_600_000,
    unit: 'ms',
    en: 'Age of the log lines that the console shows',
    zh: '控制台显示的日志的时间范围',
    beyond: { en: 'they are not shown', zh: '不再显示' },
  },
} satisfies Record<string, Limit>
