import type { Database } from '../database.ts'

/** Messages that are pinned in rooms, with their content: a pin outlives the history. */
export const pins = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    `create table pins (
      app integer not null,
      room ${text} not null,
      message bigint not null,
      operator ${text} not null,
      pinned bigint not null,
      sender ${text} not null,
      sent bigint not null,
      payload text not null,
      primary key (app, room, message)
    ) ${sqlite ? 'without rowid' : ''}`,
    `create index pins_by_message on pins (message)`,
  ]
}
