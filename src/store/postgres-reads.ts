import { limits } from '../domain/limits.ts'
import { coalesceEqual, coalesceKeys } from './coalescer.ts'
import { type Database, each } from './database.ts'
import type { JoinedRoom } from './joined-rooms.ts'
import type { RoomReads } from './room-reads.ts'
import type { ReadStore } from './store.ts'

interface JoinedPage {
  username: string
  rooms: JoinedRoom[]
}

/** `pageJoined` for many users at once. */
async function pagesJoined(
  db: Database,
  app: number,
  usernames: string[],
  limit: number,
  offset: number,
): Promise<JoinedPage[]> {
  const rows = await db.all<JoinedRoom & { username: string }>(
    `select u.username, r.id, r.name, r.disabled
     from (select value as username from ${each(db, 2)} as names) u
     cross join lateral (
       select room, joined from members where app = ?1 and username = u.username
       order by joined desc, room desc limit ?3 offset ?4) m
     join rooms r on r.app = ?1 and r.id = m.room
     order by u.username, m.joined desc, m.room desc`,
    app,
    JSON.stringify(usernames),
    limit,
    offset,
  )
  const pages = new Map<string, JoinedPage>()
  for (const { username, ...room } of rows) {
    const page = pages.get(username) ?? { username, rooms: [] }
    page.rooms.push(room)
    pages.set(username, page)
  }
  return [...pages.values()]
}

/**
 * Reads of many requests in few statements: fifty rooms in one statement cost PostgreSQL a sixth of fifty statements.
 * A read that takes long, of large rooms, delays the others by no more than 5 ms.
 */
export function coalescedReads(db: Database, store: ReadStore): ReadStore {
  const patienceMs = 5
  const findDetails = coalesceKeys(
    async (app, ids) => store.rooms.findDetails(app, ids),
    ({ id }) => id,
    patienceMs,
  )
  const listRooms = coalesceEqual(
    async (...given: Parameters<RoomReads['listRooms']>) => store.rooms.listRooms(...given),
    patienceMs,
  )
  const findUser = coalesceKeys(store.users.findUsers, ({ username }) => username, patienceMs)
  // By page, so that one statement reads the same page for all callers.
  const joinedPages = new Map<string, ReturnType<typeof joinedPage>>()
  const joinedPage = (limit: number, offset: number) =>
    coalesceKeys(
      (app, usernames) => pagesJoined(db, app, usernames, limit, offset),
      ({ username }) => username,
      patienceMs,
    )

  return {
    ...store,
    users: {
      ...store.users,
      findUser: async (app, username) => (await findUser({ app, keys: [username] }))[0],
    },
    rooms: {
      ...store.rooms,
      listRooms,
      findDetails: (app, ids) => findDetails({ app, keys: ids }),
      async pageJoined(app, username, limit, offset) {
        const key = `${limit}/${offset}`
        const page = joinedPages.get(key) ?? joinedPage(limit, offset)
        if (joinedPages.size > limits.listsPrepared.value) joinedPages.clear()
        joinedPages.set(key, page)
        return (await page({ app, keys: [username] }))[0]?.rooms ?? []
      },
    },
  }
}
