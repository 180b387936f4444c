import type { Database } from '../database.ts'

/** Up to where the log of events of each app may miss some: retention removed them, or nothing was logged then. */
export const removedEvents = ({ dialect }: Pick<Database, 'dialect'>): string[] => [
  `create table removed_events (
    app integer primary key,
    xid bigint not null,
    at bigint not null,
    room ${dialect === 'sqlite' ? 'text' : 'text collate "C"'} not null,
    number integer not null
  )`,
]
