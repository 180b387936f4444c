import type { Database } from '../database.ts'

/** Messages that can still be recalled, without their content; `client` identifies a message that a client repeats. */
export const messages = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  return [
    `create table messages (
      id ${sqlite ? 'integer' : 'bigint'} primary key,
      app integer not null,
      room text not null,
      sender text not null,
      client bigint
    )`,
  ]
}
