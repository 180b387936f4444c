import type { Database } from '../database.ts'

/** Roles, lists, announcement and custom attributes of a room; super admins of an app. */
export const roles = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const keyed = sqlite ? 'without rowid' : ''
  return [
    `alter table rooms add column announcement text not null default ''`,
    `alter table members add column admin smallint not null default 0`,
    `alter table members add column allowed smallint not null default 0`,
    `create index members_admins on members (app, room, username) where admin = 1`,
    `create index members_allowed on members (app, room, username) where allowed = 1`,
    // An owner may leave its room; only then it has a row here.
    `create table absent_owners (
      app integer not null,
      room ${text} not null,
      owner ${text} not null,
      primary key (app, room)
    ) ${keyed}`,
    `create index absent_owners_by_owner on absent_owners (app, owner, room)`,
    `create table mutes (
      app integer not null,
      room ${text} not null,
      username ${text} not null,
      expires bigint not null,
      primary key (app, room, username)
    ) ${keyed}`,
    `create index mutes_by_user on mutes (app, username)`,
    `create table blocks (
      app integer not null,
      room ${text} not null,
      username ${text} not null,
      primary key (app, room, username)
    ) ${keyed}`,
    `create index blocks_by_user on blocks (app, username)`,
    `create table attributes (
      app integer not null,
      room ${text} not null,
      name ${text} not null,
      value text not null,
      owner ${text} not null,
      auto_delete smallint not null,
      primary key (app, room, name)
    ) ${keyed}`,
    `create table super_admins (
      app integer not null,
      username ${text} not null,
      added bigint not null,
      primary key (app, username)
    ) ${keyed}`,
  ]
}
