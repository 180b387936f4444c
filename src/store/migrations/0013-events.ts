import type { Database } from '../database.ts'

/**
 * The audit trail becomes the log of events: one row for each event, not for each operation. `data` is what became of
 * it, `before` what was there; `xid` is the transaction that wrote the row on PostgreSQL (ADR 64), 0 for rows of before.
 */
export const events = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const columns = 'app, at, room, number, operator, operation, type, data'
  return [
    `create table events (
      app integer not null,
      at bigint not null,
      room ${text} not null,
      number integer not null,
      operator ${text} not null,
      operation text not null,
      type text not null,
      data text not null,
      before text,
      ${sqlite ? '' : 'xid bigint not null default 0,'}
      primary key (app, at, room, number)
    ) ${sqlite ? 'without rowid' : ''}`,
    sqlite
      ? `insert into events (${columns})
         select app, at, room, change.key, operator, operation,
           json_extract(change.value, '$.type'), json_remove(change.value, '$.type')
         from audit, json_each(audit.changes) as change`
      : `insert into events (${columns})
         select app, at, room, change.number - 1, operator, operation, change.value ->> 'type',
           regexp_replace(change.value::text, '^[{]"type":"[^"]*",?', '{')
         from audit, json_array_elements(audit.changes::json) with ordinality as change (value, number)`,
    `drop table audit`,
    `create index events_by_room on events (app, room, at)`,
    ...(sqlite
      ? []
      : [
          `alter table events alter column xid set default pg_current_xact_id()::text::bigint`,
          `create index events_by_position on events (app, xid, at, room, number)`,
        ]),
  ]
}
