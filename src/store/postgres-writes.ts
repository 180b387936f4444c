import { coalesce, coalesceKeys } from './coalescer.ts'
import type { Database } from './database.ts'
import type { EventRow } from './events.ts'
import type { QuotaStore } from './quotas.ts'
import type { RoomStore } from './rooms.ts'
import type { WriteStore } from './store.ts'

const newRooms = `from json_to_recordset(?1::text::json) as r(app integer, id text, name text, description text,
  custom text, maxusers integer, owner text, members json, created bigint, lifecycle text, due bigint)`

/** New room ids; those that were chosen are passed over. */
export async function drawIds(db: Database, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const drawn = await db.all<{ id: string }>(
      `with drawn as materialized (select nextval('room_ids')::text as id from generate_series(1, ?1::integer))
       select id from drawn where not exists (select 1 from used_ids u where u.id = drawn.id)`,
      count - ids.length,
    )
    ids.push(...drawn.map(({ id }) => id))
  }
  return ids
}

/** Thrown where an operation must hold something that others of its transaction could hold, too. */
export class RunAlone extends Error {}

/** The store of a transaction in which operations that touch nothing of each other run side by side. */
export function coalescedWrites(db: Database, store: WriteStore): WriteStore {
  const hold = coalesceKeys(
    (app, names) => store.users.lockUsers(app, names, false),
    (name) => name,
    0,
  )

  const newId = coalesce<undefined, string>((questions) => drawIds(db, questions.length), 500, 0)

  type NewRoom = Parameters<RoomStore['addRoom']>[1] & { app: number }
  const addRoom = coalesce<NewRoom, undefined>(
    async (rooms) => {
      const given = JSON.stringify(
        rooms.map((room) => ({
          ...room,
          members: [room.owner, ...room.members],
          lifecycle: room.lifecycle ? JSON.stringify(room.lifecycle) : null,
          due: room.dueMs,
          created: room.createdUs,
        })),
      )
      await Promise.all([
        db.run(
          `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active, emptied, lifecycle, due)
           select app, id, name, description, custom, maxusers, owner, json_array_length(members), 0, created, created,
             case when json_array_length(members) <= 1 then created / 1000 end, lifecycle, due
           ${newRooms}`,
          given,
        ),
        db.run(
          `insert into members (app, room, username, joined)
           select app, id, value, created ${newRooms}, json_array_elements_text(members)`,
          given,
        ),
      ])
      return rooms.map(() => undefined)
    },
    500,
    0,
  )

  type Quota = Parameters<QuotaStore['takeQuota']>[1]
  const takeQuota = coalesce<{ app: number; kind: Quota; wanted: number }, number>(
    async (questions) => {
      const wanted = new Map<string, { app: number; kind: Quota; count: number }>()
      for (const { app, kind, wanted: more } of questions) {
        const entry = wanted.get(`${app}/${kind}`) ?? { app, kind, count: 0 }
        entry.count += more
        wanted.set(`${app}/${kind}`, entry)
      }
      const taken = new Map<string, number>()
      for (const [key, { app, kind, count }] of wanted) {
        taken.set(key, await store.quotas.takeQuota(app, kind, count))
      }
      return questions.map(({ app, kind, wanted: more }) => {
        const left = taken.get(`${app}/${kind}`) ?? 0
        const given = Math.min(left, more)
        taken.set(`${app}/${kind}`, left - given)
        return given
      })
    },
    500,
    0,
  )

  const addEvents = coalesce<{ app: number; rows: EventRow[] }, undefined>(
    async (trails) => {
      const rows = trails.flatMap(({ app, rows }) => rows.map((row) => ({ app, ...row })))
      await db.run(
        `insert into events (app, at, room, number, operator, operation, type, data, before, extra)
         select app, at, room, number, operator, operation, type, data, before, extra from json_to_recordset(?1::text::json)
           as e(app integer, at bigint, room text, number integer, operator text, operation text, type text,
             data text, before text, extra text)`,
        JSON.stringify(rows),
      )
      return trails.map(() => undefined)
    },
    500,
    0,
  )

  return {
    ...store,
    events: { ...store.events, addEvents: (app, rows) => addEvents({ app, rows }) },
    newId: () => newId(undefined),
    users: {
      ...store.users,
      async lockUsers(app, names, alone) {
        if (alone) throw new RunAlone()
        return hold({ app, keys: names })
      },
    },
    quotas: { ...store.quotas, takeQuota: (app, kind, wanted) => takeQuota({ app, kind, wanted }) },
    rooms: { ...store.rooms, addRoom: (app, room) => addRoom({ ...room, app }) },
  }
}
