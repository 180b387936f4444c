import { Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../../domain/app.ts'
import { type BulkItem, type BulkJob, type BulkOutcome, bulkOutcomes, isOpen } from '../../domain/bulk.ts'
import { limits } from '../../domain/limits.ts'
import { badFilter } from '../../domain/room-filter.ts'
import type { HistoryReads } from '../../store/history/history.ts'
import { appOnlyOfRooms } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { namedMessages } from '../named-messages.ts'
import { read, write } from '../operation.ts'
import { badLimit, cursorParameter, inQuery, limitOf, limitParameter } from '../parameters.ts'
import { bulkMissing, Item, Job, JobInFull, shownItem, shownJob } from './schemas.ts'
import { confirmationOf } from './start-bulk.ts'

const shared = { tag: 'bulk', allowed: appOnlyOfRooms } as const
const page = { default: 10, most: limits.bulkPage.value }

const listOf = (job: string, outcome?: BulkOutcome): string => `bulk:${job}:${outcome}`

/** The cursor after a page, where there is more. */
const after = (app: AppRecord, list: string, items: BulkItem[], limit: number): string | undefined => {
  const last = items.length > limit ? items[limit - 1] : undefined
  return last && sealCursor(app, list, String(last.seq))
}

/** Rooms of a job; those of a dry run with the messages that would go, as far as these are named. */
function shownItems(history: Pick<HistoryReads, 'scan'>, app: AppRecord, job: BulkJob, items: BulkItem[]) {
  const named = items.filter(({ messages }) => job.isDryRun && messages > 0)
  const withNames = new Set(named.slice(0, limits.roomsWithMessagesNamed.value))
  return Promise.all(
    items.map(async (item) => ({
      ...shownItem(item, job.isDryRun),
      ...(withNames.has(item) ? await namedMessages(history, app.id, item.room) : {}),
    })),
  )
}

export const getBulk = read({
  ...shared,
  id: 'getBulk',
  routes: ['GET /chatrooms/bulk/:bulk_id'],
  summary: { en: 'Get a bulk job and how far it is', zh: '获取批量任务及其进度' },
  response: { ownPath: true, data: JobInFull },
  failures: [bulkMissing],
  input: ({ params }, { history }) => ({ id: params.bulk_id, history }),

  async run({ app, store }, { id, history }) {
    const job = await store.bulk.findJob(app.id, id)
    if (!job) throw bulkMissing({ bulk_id: id })
    const shown = shownJob(job, confirmationOf(app, job))
    if (shown.confirm === undefined) return shown
    const most = limits.bulkRoomsShown.value
    const items = await store.bulk.listItems(app.id, id, 0, most + 1)
    const cursor = after(app, listOf(id), items, most)
    return {
      ...shown,
      rooms: await shownItems(history, app, job, items.slice(0, most)),
      ...(cursor === undefined ? {} : { rooms_cursor: cursor }),
    }
  },
})

export const listBulk = read({
  ...shared,
  id: 'listBulk',
  routes: ['GET /chatrooms/bulk'],
  summary: { en: 'List the bulk jobs of the app', zh: '获取应用的批量任务列表' },
  description: { en: 'The latest first.', zh: '最新的在前。' },
  parameters: [limitParameter(page), cursorParameter],
  response: { ownPath: true, data: t.Array(Job), count: true, cursor: true, params: true },
  failures: [badLimit, badCursor],
  input: ({ app, query }) => ({
    limit: limitOf(query, page),
    below: openCursor(app, 'bulk-jobs', query.get('cursor')),
  }),
  run: ({ app, store }, { limit, below }) => store.bulk.listJobs(app.id, limit + 1, below),

  reply(jobs, { limit }, { app }) {
    const shown = jobs.slice(0, limit)
    const last = jobs.length > limit ? shown.at(-1) : undefined
    return {
      data: shown.map((job) => shownJob(job, confirmationOf(app, job))),
      count: shown.length,
      cursor: last && sealCursor(app, 'bulk-jobs', last.id),
    }
  },
})

export const listBulkRooms = read({
  ...shared,
  id: 'listBulkRooms',
  routes: ['GET /chatrooms/bulk/:bulk_id/rooms'],
  summary: { en: 'List what became of each chat room of a bulk job', zh: '获取批量任务中每个聊天室的结果' },
  parameters: [
    limitParameter(page),
    cursorParameter,
    inQuery('outcome', 'With this outcome only.', '只返回该结果。', {
      type: 'string',
      enum: [...bulkOutcomes],
    }),
  ],
  response: { ownPath: true, data: t.Array(Item), count: true, cursor: true, params: true },
  failures: [bulkMissing, badLimit, badCursor, badFilter],

  input({ app, params, query }, { history }) {
    const id = params.bulk_id
    const asked = query.get('outcome')
    const outcome = bulkOutcomes.find((each) => each === asked)
    if (asked !== null && outcome === undefined) throw badFilter({ parameter: 'outcome' })
    const list = listOf(id, outcome)
    return {
      id,
      outcome,
      list,
      history,
      limit: limitOf(query, page),
      after: openCursor(app, list, query.get('cursor')),
    }
  },

  async run({ app, store }, { id, outcome, limit, after, history }) {
    const job = await store.bulk.findJob(app.id, id)
    if (!job) throw bulkMissing({ bulk_id: id })
    const items = await store.bulk.listItems(app.id, id, Number(after ?? 0), limit + 1, outcome)
    return { items, shown: await shownItems(history, app, job, items.slice(0, limit)) }
  },

  reply({ items, shown }, { list, limit }, { app }) {
    return {
      data: shown,
      count: shown.length,
      cursor: after(app, list, items, limit),
    }
  },
})

/** Ends a job where it is; one that has ended stays as it is. */
export const stopBulk = write({
  ...shared,
  id: 'stopBulk',
  routes: ['POST /chatrooms/bulk/:bulk_id/stop'],
  summary: { en: 'Stop a bulk job', zh: '停止批量任务' },
  description: {
    en: 'Chat rooms whose turn has come are done; the others stay as they are.',
    zh: '已轮到的聊天室照常完成，其余保持不变。',
  },
  response: { ownPath: true, data: Job },
  failures: [bulkMissing],
  input: ({ params }) => ({ id: params.bulk_id }),

  async run({ app, store, now, emit }, { id }) {
    // Rooms that are under way are done before they are counted.
    await store.bulk.lockJob(app.id, id, 'alone')
    const job = await store.bulk.findJob(app.id, id)
    if (!job) throw bulkMissing({ bulk_id: id })
    if (!isOpen(job.state)) return shownJob(job)
    const counts = await store.bulk.countItems(app.id, id)
    const { given, isDryRun: dryRun } = job
    const { members, messages } = job
    await store.bulk.changeJob(app.id, id, {
      ...counts,
      members,
      messages,
      state: 'stopped',
      error: '',
      endedMs: now,
    })
    emit({ type: 'bulk.changed', job: id, action: given.action, state: 'stopped', dryRun, ...counts })
    return shownJob({ ...job, ...counts, state: 'stopped', endedMs: now })
  },
})
