import type { Database } from '../database.ts'

/** What an app may still add, of rooms and of users. */
export const quotas = ({ dialect }: Pick<Database, 'dialect'>): string[] => [
  // Counters that change all the time: free space on each page lets their new versions stay there.
  `create table quotas (
    app integer not null,
    kind text not null,
    slot integer not null,
    remaining integer not null,
    primary key (app, kind, slot)
  ) ${dialect === 'sqlite' ? 'without rowid' : 'with (fillfactor = 50)'}`,
  `insert into quotas select app, 'rooms', slot, remaining from room_quota`,
  `drop table room_quota`,
]
