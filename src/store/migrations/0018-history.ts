import type { Database } from '../database.ts'
import { removalTables } from '../history/removals.ts'

/** Messages of rooms, with a partition for each day; those of the embedded store are in a file of their own. */
export const history = ({ dialect }: Pick<Database, 'dialect'>): string[] =>
  dialect === 'sqlite'
    ? []
    : [
        `create table history (
          id bigint primary key, app integer not null, room text collate "C" not null, sender text collate "C" not null,
          kind integer not null, directed text, ignored_by text, meta bytea not null
        ) partition by range (id)`,
        `create index history_by_room on history (app, room, id)`,
        ...removalTables({ dialect }),
      ]
