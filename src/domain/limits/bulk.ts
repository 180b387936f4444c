import { dayMs } from '../time.ts'
import { clamped, type Limit } from './limit.ts'

/** Jobs that do one thing to many chat rooms. */
export const bulkLimits = {
  bulkRooms: {
    value: 100_000,
    unit: 'items',
    en: 'Chat rooms of a bulk job',
    zh: '单个批量任务的聊天室数量',
    beyond: { en: 'the job fails before it changes anything', zh: '任务失败，不做任何修改' },
  },
  bulkJobs: {
    value: 10,
    unit: 'items',
    en: 'Bulk jobs of an app that have not ended',
    zh: '每个应用未结束的批量任务数量',
    beyond: { en: '403; nothing is done', zh: '返回 403，不执行任何操作' },
  },
  bulkJobsOfProcess: {
    value: 4,
    unit: 'items',
    en: 'Bulk jobs that a process runs at the same time',
    zh: '单个进程同时执行的批量任务数量',
    beyond: { en: 'others wait', zh: '其余等待' },
  },
  bulkTime: {
    value: 7 * dayMs,
    unit: 'ms',
    en: 'Time for which a bulk job that has ended, and its outcomes, are kept',
    zh: '批量任务结束后其结果的保留时长',
    beyond: { en: 'they are removed', zh: '予以删除' },
  },
  bulkMembersNamed: {
    value: 20,
    unit: 'items',
    en: 'Members that a bulk job names of each chat room',
    zh: '批量任务为每个聊天室列出的成员数量',
    beyond: { en: '`members` says how many there are', zh: '`members` 给出总数' },
  },
  bulkRoomsShown: {
    value: 10,
    unit: 'items',
    en: 'Chat rooms that a dry run shows at once',
    zh: '预演结果直接列出的聊天室数量',
    beyond: { en: 'the others are on pages', zh: '其余分页查询' },
  },
  messagesNamed: {
    value: 20,
    unit: 'items',
    en: 'Messages of a chat room that a dry run names',
    zh: '预演结果按聊天室列出的消息数量',
    beyond: { en: '`messages_more` says that there are others', zh: '`messages_more` 表示还有其他消息' },
  },
  roomsWithMessagesNamed: {
    value: 100,
    unit: 'items',
    en: 'Chat rooms of a page or of a dry run whose messages are named',
    zh: '单页或单次试运行中列出消息的聊天室数量',
    beyond: { en: 'the others are shown without', zh: '其余聊天室不列出消息' },
  },
  bulkPage: {
    value: 1000,
    unit: 'items',
    en: 'Outcomes of a bulk job on a page',
    zh: '批量任务结果每页数量',
    beyond: clamped,
  },
} satisfies Record<string, Limit>
