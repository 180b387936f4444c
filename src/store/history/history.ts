/** A message of a room as its history has it. Ids hold the time (domain/message-ids.ts). */
export interface StoredMessage {
  id: number
  app: number
  room: string
  sender: string
  /** What it holds: the `MessageBody_Content_Type` of its content. */
  kind: number
  /** Only these users were sent it; null = everyone in the room. */
  directed: string[] | null
  /** Users who do not find it in the history. */
  ignoredBy: string[] | null
  /** The encoded `Meta`, byte for byte as it was relayed. */
  meta: Uint8Array
}

/** What is stored in one transaction. */
export interface HistoryBatch {
  rows: StoredMessage[]
  /** Ids of messages that were recalled. */
  removed: number[]
  /** Whether it is on disk, also after a loss of power, when it is acknowledged. */
  isDurable: boolean
}

/** A stretch of a room's history; the bounds are not part of it. */
export interface Stretch {
  room: string
  above: number
  below: number
  newestFirst: boolean
  limit: number
}

/** What a user has removed from its own view of a room. */
export interface Removed {
  /** Everything up to this id, itself included. */
  to: number
  /** Single messages above it. */
  ids: number[]
}

/** The retention of an app: messages below the id have expired. */
export interface Retention {
  app: number
  before: number
}

export interface HistoryReads {
  /** Messages by their ids, in whatever room of the app; those that are not stored are left out. */
  find(app: number, ids: number[]): Promise<StoredMessage[]>
  /** Messages of one room in the requested order. */
  scan(app: number, stretch: Stretch): Promise<StoredMessage[]>
  /** At most `limit` messages of all rooms of an app between two ids, which are not part of it; the oldest first. */
  scanApp(app: number, above: number, below: number, limit: number): Promise<StoredMessage[]>
  /** What a user has removed from its own view, among the messages between two ids. */
  removedBy(
    app: number,
    username: string,
    stretch: Pick<Stretch, 'room' | 'above' | 'below'>,
  ): Promise<Removed>
  /** The id of the `most`th newest message of a room; 0 when it has fewer. */
  floor(app: number, room: string, most: number): Promise<number>
  /** How many messages of a room are stored. */
  count(app: number, room: string): Promise<number>
}

/** Stores messages after the fan-out, apart from rooms and users: its writes wait for none of theirs. */
export interface HistoryStore extends HistoryReads {
  append(batch: HistoryBatch): Promise<void>
  /** Removes messages from one user's view. */
  hide(app: number, username: string, room: string, ids: number[]): Promise<void>
  /** Removes everything up to an id from one user's view: of one room, or with `''` of all. */
  clear(app: number, username: string, room: string, to: number): Promise<void>
  /** Removes all messages of a room but the newest `most`. */
  trim(app: number, room: string, most: number): Promise<void>
  /** Drops the days that have expired for every app, and expired messages of apps with a shorter retention. */
  prune(retentions: Retention[]): Promise<void>
  close(): Promise<void>
}

/** Columns of a day's table. */
export const columns = 'id, app, room, sender, kind, directed, ignored_by, meta'

/** A row as both databases give it. */
export interface HistoryRow {
  id: number
  app: number
  room: string
  sender: string
  kind: number
  directed: string | null
  ignored_by: string | null
  meta: Uint8Array
}

const listOf = (text: string | null): string[] | null => (text === null ? null : JSON.parse(text))

/** The message that a row holds. */
export const messageOf = ({ directed, ignored_by, meta, ...row }: HistoryRow): StoredMessage => ({
  ...row,
  directed: listOf(directed),
  ignoredBy: listOf(ignored_by),
  meta: new Uint8Array(meta.buffer, meta.byteOffset, meta.byteLength),
})

const textOf = (list: string[] | null): string | null => (list === null ? null : JSON.stringify(list))

/** A message as JSON, in which bytes are base64. */
export type SentRow = Omit<HistoryRow, 'meta'> & { meta: string }

export const sentRow = ({
  id,
  app,
  room,
  sender,
  kind,
  directed,
  ignoredBy,
  meta,
}: StoredMessage): SentRow => ({
  id,
  app,
  room,
  sender,
  kind,
  directed: textOf(directed),
  ignored_by: textOf(ignoredBy),
  meta: Buffer.from(meta.buffer, meta.byteOffset, meta.byteLength).toString('base64'),
})
