import type { Database } from '../database.ts'

/**
 * What a room sets of its life itself (JSON), since when there is nobody but
 * its owner in it, when it is looked at next, and of which end its members were warned (Unix ms). The job that dissolves
 * rooms is that of one process, until its lease is over.
 */
export const lifecycles = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const text = dialect === 'sqlite' ? 'text' : 'text collate "C"'
  return [
    `alter table rooms add column lifecycle text`,
    `alter table rooms add column emptied bigint`,
    `alter table rooms add column due bigint`,
    `alter table rooms add column warned bigint`,
    `update rooms set emptied = case when member_count <= 1 then created / 1000 end`,
    `create index rooms_by_emptied on rooms (app, emptied, id) where emptied is not null`,
    `create index rooms_by_due on rooms (due, app, id) where due is not null`,
    `create index rooms_by_lifecycle on rooms (app, id) where lifecycle is not null`,
    `create table lifecycle_job (
      holder ${text} not null,
      expires bigint not null,
      interrupted bigint not null
    )`,
    `insert into lifecycle_job values ('', 0, 0)`,
  ]
}
