import type { Database } from '../database.ts'

/** Who changed what in which room, and when; `room` is empty for changes of the app and its users. */
export const audit = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    `create table audit (
      app integer not null,
      at bigint not null,
      room ${text} not null,
      operator ${text} not null,
      operation text not null,
      changes text not null,
      primary key (app, at, room)
    ) ${sqlite ? 'without rowid' : ''}`,
    `create index audit_by_room on audit (app, room, at)`,
  ]
}
