import { failure } from './failures.ts'

/** What an operator lets the server do to its own data. */
export const upkeepKinds = ['backup', 'export', 'doctor'] as const
export type UpkeepKind = (typeof upkeepKinds)[number]

/** The job that was asked for last, and its progress. */
export interface UpkeepJob {
  kind: UpkeepKind
  /** The operator who began it. */
  operator: string
  state: 'running' | 'done' | 'failed'
  /** Unix ms. */
  started: number
  ended?: number
  /** Why it failed. */
  error?: string
  /** The file to download, and how large what it was made of is. */
  file?: string
  bytes?: number
  /** What the doctor has found. */
  findings?: unknown
}

/** What can be downloaded. */
export interface Copy {
  file: string
  kind: UpkeepKind
}

export const upkeepBusy = failure('conflict', 'one at a time: {operator} has begun a {kind}', {
  en: 'a backup, an export or the doctor runs, or a copy is being downloaded',
  zh: '备份、导出或检查正在进行，或副本正在下载',
})

export const upkeepUnknown = failure('illegal_argument', `kind must be one of ${upkeepKinds.join(', ')}`, {
  en: '`kind` is something else',
  zh: '`kind` 为其他值',
})

export const nothingToDownload = failure('resource_not_found', 'there is no copy to download', {
  en: 'no backup or export is ready, or its time is over',
  zh: '没有可下载的备份或导出，或已过保留时间',
})

export const notEmbedded = failure(
  'illegal_argument',
  'the data are in PostgreSQL: back them up with its own tools, such as pg_dump',
  { en: 'a backup is of the embedded store', zh: '仅内置存储支持备份' },
)
