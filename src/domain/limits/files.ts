import { type Limit, MiB } from './limit.ts'

/** Bodies of calls and attachments. */
export const fileLimits = {
  waitingBodies: {
    value: 64 * MiB,
    unit: 'bytes',
    en: 'Bodies of calls that a process reads at the same time',
    zh: '单个进程同时接收中的请求体总量',
    beyond: { en: '503, to the call that has waited longest', zh: '对等待最久的调用返回 503' },
  },
  bodyGrace: {
    value: 10_000,
    unit: 'ms',
    en: 'Time in which a body may begin, before the least rate counts',
    zh: '请求体开始传输的宽限时间，之后按最低速率计算',
    beyond: { en: '400; nothing is done', zh: '返回 400，不执行任何操作' },
  },
  bodyRate: {
    value: 1024,
    unit: 'bytes per second',
    en: 'Least rate of a body, on average since its beginning',
    zh: '请求体的最低传输速率（自开始起的平均值）',
    beyond: { en: 'slower: 400; nothing is done', zh: '低于该速率：返回 400，不执行任何操作' },
  },
  fileBytes: {
    value: 10 * MiB,
    unit: 'bytes',
    en: 'Attachment',
    zh: '单个附件',
    beyond: { en: '400; nothing is stored', zh: '返回 400，不保存' },
  },
  fileSpace: {
    value: 1024,
    unit: 'MiB',
    setting: 'file_space',
    en: 'All attachments',
    zh: '全部附件',
    beyond: { en: '403; nothing is stored', zh: '返回 403，不保存' },
  },
  fileLeast: {
    value: 4096,
    unit: 'bytes',
    en: 'Least that an attachment counts for in its shares',
    zh: '单个附件计入空间的最小值',
    beyond: { en: 'a smaller one counts for this much', zh: '更小的附件按该值计算' },
  },
  fileSpaceOfApp: {
    value: 512,
    unit: 'MiB',
    setting: 'app:fileSpace',
    en: 'Attachments of one app',
    zh: '单个应用的附件',
    beyond: { en: '403; nothing is stored', zh: '返回 403，不保存' },
  },
  fileSpaceOfUser: {
    value: 100,
    unit: 'MiB',
    setting: 'app:userFileSpace',
    en: 'Attachments of one user',
    zh: '单个用户的附件',
    beyond: { en: '403; nothing is stored', zh: '返回 403，不保存' },
  },
  fileTime: {
    value: 7 * 24 * 3600 * 1000,
    unit: 'ms',
    en: 'Time for which an attachment is retained',
    zh: '附件的保留时间',
    beyond: { en: 'deleted', zh: '删除' },
  },
} satisfies Record<string, Limit>
