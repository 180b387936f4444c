import type { Database } from '../database.ts'

/** Calls of the last day by their idempotency keys, with what they returned. */
export const retries = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  return [
    `create table retries (
      app integer not null,
      owner ${text} not null,
      key ${text} not null,
      fingerprint text not null,
      output text,
      created ${sqlite ? 'integer' : 'bigint'} not null,
      primary key (app, owner, key)
    ) ${sqlite ? 'without rowid' : ''}`,
    'create index retries_by_time on retries (created)',
  ]
}
