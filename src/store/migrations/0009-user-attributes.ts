import type { Database } from '../database.ts'

/** Attributes of users, such as nickname and avatar, which user interfaces show. */
export const userAttributes = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    `create table user_attributes (
      app integer not null,
      username ${text} not null,
      name ${text} not null,
      value text not null,
      primary key (app, username, name)
    ) ${sqlite ? 'without rowid' : ''}`,
  ]
}
