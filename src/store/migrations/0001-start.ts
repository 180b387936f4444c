import type { Database } from '../database.ts'

/** Every key leads with the app, so that a sharding engine can spread the data by app. */
export const start = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const keyed = sqlite ? 'without rowid' : ''
  return [
    `create table apps (
      id ${sqlite ? 'integer primary key' : 'integer generated always as identity primary key'},
      org ${text} not null,
      name ${text} not null,
      uuid ${text} not null unique,
      client_id ${text} not null,
      secret_salt text not null,
      secret_hash text not null,
      token_key text not null,
      settings text not null,
      created bigint not null,
      unique (org, name)
    )`,
    `create table users (
      app integer not null,
      username ${text} not null,
      uuid ${text} not null,
      password_hash text,
      nickname text,
      activated smallint not null,
      token_epoch integer not null,
      created bigint not null,
      modified bigint not null,
      primary key (app, username)
    ) ${keyed}`,
    `create index users_by_created on users (app, created, username)`,
    `create table rooms (
      app integer not null,
      id ${text} not null,
      name text not null,
      description text not null,
      custom text not null,
      maxusers integer not null,
      owner ${text} not null,
      member_count integer not null,
      mute smallint not null,
      created bigint not null,
      primary key (app, id)
    ) ${keyed}`,
    `create index rooms_by_created on rooms (app, created, id)`,
    `create table members (
      app integer not null,
      room ${text} not null,
      username ${text} not null,
      joined bigint not null,
      primary key (app, room, username)
    ) ${keyed}`,
    `create index members_by_user on members (app, username, joined, room)`,
    `create table room_quota (
      app integer not null,
      slot integer not null,
      remaining integer not null,
      primary key (app, slot)
    ) ${keyed}`,
    sqlite
      ? `create table ids (next integer not null)`
      : `create sequence room_ids start ${Date.now() - Date.UTC(2020, 0)}000`,
    ...(sqlite ? [`insert into ids values (${Date.now() - Date.UTC(2020, 0)}000)`] : []),
  ]
}
