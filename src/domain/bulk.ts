import type { Dialect } from './dialect.ts'
import { failure } from './failures.ts'
import type { RoomChange, RoomDraft } from './room.ts'
import type { RoomFilter } from './room-filter.ts'

export const bulkActions = [
  'create',
  'modify',
  'transfer',
  'dissolve',
  'mute',
  'unmute',
  'add_members',
  'remove_members',
  'restore',
] as const

export type BulkAction = (typeof bulkActions)[number]

/** What is done to each room. */
export interface BulkTask {
  action: BulkAction
  dialect: Dialect
  change?: RoomChange
  newowner?: string
  usernames?: string[]
}

/** To which rooms: those that a filter finds, or as many as are listed apart. */
export interface BulkGiven extends BulkTask {
  filter?: RoomFilter
  /** The operator of the console who began it: the audit trail names whoever does something. */
  operator?: string
}

/** Rooms by their ids, or rooms to create. */
export type BulkListed = { rooms: string[] } | { drafts: RoomDraft[] }

/** `collecting`: writing down which rooms; then `running`. The others are ends. */
export const bulkStates = ['collecting', 'running', 'done', 'stopped', 'failed'] as const
export type BulkState = (typeof bulkStates)[number]

/** Whether a job has not ended. */
export const isOpen = (state: BulkState): boolean => state === 'collecting' || state === 'running'

/** `pending` until its turn; `changed`: something else would have happened than the dry run said, so nothing did. */
export const bulkOutcomes = ['pending', 'done', 'refused', 'changed'] as const
export type BulkOutcome = (typeof bulkOutcomes)[number]

export interface BulkCounts {
  total: number
  done: number
  refused: number
  changed: number
}

/** How many come or go in all rooms of a job. */
export interface BulkMoved {
  members: number
  messages: number
}

export interface BulkJob extends BulkCounts, BulkMoved {
  id: string
  given: BulkGiven
  isDryRun: boolean
  /** The dry run that it was confirmed with, or empty. */
  basedOn: string
  state: BulkState
  /** Why it failed. */
  error: string
  createdMs: number
  /** 0 until it ends. */
  endedMs: number
}

export interface BulkItem {
  seq: number
  /** Empty for a room that is to be created. */
  room: string
  /** Of the room, when the job began. */
  name: string
  /** The draft of a room that is to be created, as JSON; otherwise empty. */
  draft: string
  outcome: BulkOutcome
  /** What the dry run says that happens; empty without one. */
  digest: string
  word: string
  error: string
  /** Members who come or go. */
  members: number
  /** Some of them. */
  usernames: string[]
  /** Messages in the history that nobody can read any more. */
  messages: number
}

const roomDiffers = 'something else would happen than the dry run said'

/** Undoes what would happen to a room where it is not what the dry run has said. */
export const bulkDiffers = failure('conflict', roomDiffers, {
  en: 'the chat room has changed since the dry run; nothing was done to it',
  zh: '聊天室在预演之后有变化；未对其做任何修改',
})

/** A short name of a text. */
export const hash = (text: string): string => Bun.hash.xxHash64(text).toString(36)

/** Names a refusal. */
export const refusalDigest = (word: string, text: string): string => hash(`${word}\n${text}`)
