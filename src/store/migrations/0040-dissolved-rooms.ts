import type { Database } from '../database.ts'

/** Dissolved rooms that can be restored, and users that were deleted meanwhile. */
export const dissolvedRooms = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    // `dissolved`: µs; 0 where removing what is left of it has begun. `room`, `members`, `reports`: its rows as JSON.
    `create table dissolved_rooms (
      app integer not null,
      id ${text} not null,
      dissolved bigint not null,
      room text not null,
      members text not null,
      reports text not null,
      primary key (app, id)
    )`,
    `create index dissolved_rooms_by_time on dissolved_rooms (app, dissolved, id)`,
    // Whoever registers under the name later is somebody else. `deleted`: µs.
    `create table deleted_users (
      app integer not null,
      username ${text} not null,
      deleted bigint not null,
      primary key (app, username)
    ) ${sqlite ? 'without rowid' : ''}`,
    `create index deleted_users_by_time on deleted_users (app, deleted)`,
  ]
}
