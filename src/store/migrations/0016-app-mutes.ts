import type { Database } from '../database.ts'

/** Mutes of users in the whole app, by kind of conversation; `expires` in Unix ms. */
export const appMutes = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    `create table app_mutes (
      app integer not null,
      username ${text} not null,
      kind ${text} not null,
      expires bigint not null,
      primary key (app, username, kind)
    ) ${sqlite ? 'without rowid' : ''}`,
  ]
}
