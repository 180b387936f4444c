import type { Database } from '../database.ts'

/** Messages that users reported. */
export const reports = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    // `room` and `sender` are empty where the message is not known any more.
    `create table reports (
      app integer not null,
      message ${text} not null,
      username ${text} not null,
      type text not null,
      reason text not null,
      created bigint not null,
      room ${text} not null,
      sender ${text} not null,
      primary key (app, message, username)
    ) ${sqlite ? 'without rowid' : ''}`,
    `create index reports_by_time on reports (app, created, message, username)`,
    `create index reports_by_room on reports (app, room)`,
  ]
}
