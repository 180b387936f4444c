import type { Database } from '../database.ts'

/** Jobs that do one thing to many rooms, and what became of each room. */
export const bulk = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const keyed = sqlite ? 'without rowid' : ''
  return [
    // `listed`: rooms or drafts, until they are items; `holder` is the process that runs the job, until `expires`.
    `create table bulk_jobs (
      app integer not null,
      id ${text} not null,
      given text not null,
      listed text not null,
      is_dry_run smallint not null,
      based_on ${text} not null,
      state text not null,
      error text not null,
      total integer not null,
      done integer not null,
      refused integer not null,
      changed integer not null,
      created bigint not null,
      ended bigint not null,
      holder text not null,
      expires bigint not null,
      primary key (app, id)
    ) ${keyed}`,
    `create index bulk_jobs_open on bulk_jobs (created) where ended = 0`,
    `create index bulk_jobs_ended on bulk_jobs (ended) where ended > 0`,
    `create table bulk_items (
      app integer not null,
      job ${text} not null,
      seq integer not null,
      room ${text} not null,
      draft text not null,
      outcome text not null,
      digest text not null,
      word text not null,
      error text not null,
      members integer not null,
      messages integer not null,
      primary key (app, job, seq)
    ) ${keyed}`,
    `create index bulk_items_pending on bulk_items (app, job, seq) where outcome = 'pending'`,
  ]
}
