import type { Database } from '../database.ts'

/**
 * Rooms whose messages are recorded for event streams, an empty id for all; none is missing that came after `xid` and `at`;
 * `asked` is when a stream last asked for them (Unix ms). `apps.recorded` has all of them as one text.
 */
export const recordedRooms = ({ dialect }: Pick<Database, 'dialect'>): string[] => [
  `create table recorded_rooms (
     app integer not null,
     room text ${dialect === 'sqlite' ? '' : 'collate "C"'} not null,
     xid bigint not null,
     at bigint not null,
     asked bigint not null,
     primary key (app, room)
   ) ${dialect === 'sqlite' ? 'without rowid' : ''}`,
  `alter table apps add column recorded text`,
]
