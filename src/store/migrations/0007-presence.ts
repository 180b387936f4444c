import type { Database } from '../database.ts'

/** Which nodes live, and which users are connected to them. */
export const presence = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const keyed = sqlite ? 'without rowid' : ''
  return [
    `create table nodes (
      number integer not null primary key,
      process ${text} not null,
      expires bigint not null
    ) ${keyed}`,
    // `leaves` is null while the user is connected, then when it leaves its rooms.
    `create table presence (
      app integer not null,
      username ${text} not null,
      node integer not null,
      leaves bigint,
      primary key (app, username, node)
    ) ${keyed}`,
    `create index presence_leaves on presence (leaves) where leaves is not null`,
    `create index presence_by_node on presence (node)`,
    // Distinguishes this store from every other, where several share a bus.
    `create table deployment (id text not null)`,
    `insert into deployment values ('${crypto.randomUUID()}')`,
  ]
}
