import type { Limit } from './limit.ts'

const MiB = 1024 * 1024

const refused = { en: '400 or 403; nothing is done', zh: '返回 400 或 403，不执行任何操作' }

/** Callbacks: rules, and what their delivery may cost. */
export const callbackLimits = {
  callbacks: {
    value: 4,
    unit: 'items',
    en: 'Callback rules of an app',
    zh: '每个应用的回调规则数量',
    beyond: refused,
  },
  callbackName: {
    value: 32,
    unit: 'items',
    en: 'Characters of the name of a callback rule',
    zh: '回调规则名称的字符数',
    beyond: refused,
  },
  callbackUrl: {
    value: 2048,
    unit: 'items',
    en: 'Characters of the URL of a callback rule',
    zh: '回调规则 URL 的字符数',
    beyond: refused,
  },
  callbackFilter: {
    value: 50,
    unit: 'items',
    en: 'Entries of each filter of a callback rule',
    zh: '回调规则每项过滤条件的条目数',
    beyond: refused,
  },
  callbackSecrets: {
    value: 2,
    unit: 'items',
    en: 'Secrets of a callback rule',
    zh: '单个回调规则的密钥数量',
    beyond: refused,
  },
  callbackSecret: {
    value: 128,
    unit: 'items',
    en: 'Characters of a secret that the app brings along',
    zh: '自定义回调密钥的字符数',
    beyond: refused,
  },
  callbackConnections: {
    value: 16,
    unit: 'items',
    en: 'Deliveries of one callback rule that are under way',
    zh: '单个回调规则同时进行的投递数量',
    beyond: { en: 'wait', zh: '排队等待' },
  },
  callbackTime: {
    value: 10_000,
    unit: 'ms',
    en: 'Time until a callback must have its response',
    zh: '单次回调的应答时间',
    beyond: { en: 'counts as failed, and is tried again', zh: '视为失败并重试' },
  },
  callbackAnswer: {
    value: 4096,
    unit: 'bytes',
    en: 'Answer to a callback that is read',
    zh: '读取的回调应答长度',
    beyond: { en: 'the connection is closed; the status counts', zh: '断开连接，以状态码为准' },
  },
  callbackWindow: {
    value: 500,
    unit: 'items',
    en: 'Callbacks of a rule that a process has read and not delivered',
    zh: '单个进程为一个规则读入、尚未投递的回调数量',
    beyond: { en: 'the rest waits in the store', zh: '其余留在存储中等待' },
  },
  callbackQueue: {
    value: 10_000,
    unit: 'items',
    en: 'Callbacks of a rule that failed and wait, with those behind them in their chat rooms',
    zh: '单个规则失败后等待重试的回调数量（含同聊天室的后续回调）',
    beyond: { en: 'nothing new is delivered until some are', zh: '暂停投递新的回调，直至有重试成功' },
  },
  callbackLog: {
    value: 1000,
    unit: 'items',
    en: 'Attempts in the delivery log of a rule',
    zh: '单个规则投递日志保留的条数',
    beyond: { en: 'the oldest are removed', zh: '删除最早的记录' },
  },
  callbackLoggedBody: {
    value: 20 * 1024,
    unit: 'items',
    en: 'Characters of the body and of the answer of an attempt in the delivery log',
    zh: '投递日志中请求体、应答内容的字符数',
    beyond: {
      en: 'the rest is left out, and it cannot be sent again alone',
      zh: '其余部分不保留，且不能单独重新投递',
    },
  },
  callbackLoggedSuccesses: {
    value: 10,
    unit: 'items',
    en: 'Attempts of a rule in a second that succeed and are stored with what was sent and answered',
    zh: '单个规则每秒保留请求体和应答的成功投递次数',
    beyond: { en: 'the attempt is stored without both', zh: '只保留投递结果' },
  },
  callbackWaiting: {
    value: 16 * MiB,
    unit: 'bytes',
    en: 'Messages of a process that wait to be stored for callbacks',
    zh: '单个进程中等待入库（供回调使用）的消息',
    beyond: {
      en: 'further ones are dropped; counted in `chatroomd_callbacks_lost_total`',
      zh: '后续消息不产生回调，并计入 `chatroomd_callbacks_lost_total`',
    },
  },
  callbackMembers: {
    value: 1000,
    unit: 'items',
    en: 'Members that a callback of a chat room that was created or dissolved names',
    zh: '创建、解散聊天室的回调中列出的成员数量',
    beyond: { en: 'further ones are left out', zh: '其余不列出' },
  },
} satisfies Record<string, Limit>
