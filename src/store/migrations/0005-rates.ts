import type { Database } from '../database.ts'

/** Calls by second; nothing is lost with them, so PostgreSQL need not write them to its log. */
export const rates = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  return [
    `create ${sqlite ? '' : 'unlogged'} table rates (
      app integer not null,
      operation ${sqlite ? 'text' : 'text collate "C"'} not null,
      second bigint not null,
      used integer not null,
      primary key (app, operation)
    ) ${sqlite ? 'without rowid' : ''}`,
  ]
}
