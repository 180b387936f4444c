import type { Database } from '../database.ts'

/** Room ids that are never given again: chosen ones, and those of rooms that were dissolved. */
export const usedIds = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const isAhead = sqlite
    ? `length(id) in (15, 16) and id not glob '*[^0-9]*' and cast(id as integer) >= (select next from ids)`
    : `case when id ~ '^[0-9]{15,16}$' then id::bigint >= (select last_value from room_ids) else false end`
  return [
    // The id leads: the generator looks for it, whatever app it is of.
    `create table used_ids (
      id ${text} not null,
      app integer not null,
      primary key (id, app)
    ) ${sqlite ? 'without rowid' : ''}`,
    // Chosen ids that the generator has yet to come to.
    `insert into used_ids (id, app) select id, app from rooms where ${isAhead}`,
  ]
}
