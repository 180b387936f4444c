import type { Database } from '../database.ts'

/** Files that members share in a room; their bytes are attachments. */
export const roomFiles = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    // `secret` is that of the attachment, which is never shown.
    `create table room_files (
      app integer not null,
      room ${text} not null,
      created bigint not null,
      id ${text} not null,
      name text not null,
      owner ${text} not null,
      size bigint not null,
      secret text not null,
      primary key (app, room, created, id)
    ) ${sqlite ? 'without rowid' : ''}`,
  ]
}
