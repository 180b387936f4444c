import { type Database, each } from '../database.ts'
import type { Removed, Stretch } from './history.ts'

/** Tables of what users have removed from their own view. They are beside the messages, and the same in both databases. */
export const removalTables = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const end = sqlite ? 'without rowid' : ''
  return [
    `create table history_hidden (
      app integer not null, username ${text} not null, room ${text} not null, id bigint not null,
      primary key (app, username, room, id)
    ) ${end}`,
    `create table history_cleared (
      app integer not null, username ${text} not null, room ${text} not null, id bigint not null,
      primary key (app, username, room)
    ) ${end}`,
  ]
}

/** Removes single messages from one user's view of a room. */
export async function hide(db: Database, app: number, username: string, room: string, ids: number[]) {
  await db.run(
    `insert into history_hidden (app, username, room, id)
     select ?1, ?2, ?3, cast(value as bigint) from ${each(db, 4)} as ids where true on conflict do nothing`,
    app,
    username,
    room,
    JSON.stringify(ids),
  )
}

/** Removes all messages up to the id `to` from one user's view: of one room, or with `''` of all. */
export async function clear(db: Database, app: number, username: string, room: string, to: number) {
  await db.run(
    `insert into history_cleared (app, username, room, id) values (?1, ?2, ?3, ?4)
     on conflict (app, username, room) do update set id = excluded.id where history_cleared.id < excluded.id`,
    app,
    username,
    room,
    to,
  )
  await db.run(
    room === ''
      ? `delete from history_hidden where app = ?1 and username = ?2 and id <= ?3`
      : `delete from history_hidden where app = ?1 and username = ?2 and id <= ?3 and room = ?4`,
    app,
    username,
    to,
    ...(room === '' ? [] : [room]),
  )
}

/** What a user has removed from its own view, among the messages of a room between two ids. */
export async function removedBy(
  db: Database,
  app: number,
  username: string,
  { room, above, below }: Pick<Stretch, 'room' | 'above' | 'below'>,
): Promise<Removed> {
  const cleared = await db.get<{ id: number | null }>(
    `select max(id) as id from history_cleared where app = ?1 and username = ?2 and room in (?3, '')`,
    app,
    username,
    room,
  )
  const hidden = await db.all<{ id: number }>(
    `select id from history_hidden where app = ?1 and username = ?2 and room = ?3 and id > ?4 and id < ?5`,
    app,
    username,
    room,
    above,
    below,
  )
  return { to: cleared?.id ?? 0, ids: hidden.map(({ id }) => id) }
}

/** Forgets removals of messages that are over for every app. */
export async function forgetRemovals(db: Database, before: number): Promise<void> {
  await db.run(`delete from history_hidden where id < ?1`, before)
  await db.run(`delete from history_cleared where id < ?1`, before)
}
