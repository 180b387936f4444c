import type { Attribute } from '../domain/attributes.ts'
import { type Database, isOneOf } from './database.ts'

export interface AttributeReads {
  /** All attributes of a room, or those of the given names. */
  attributes(app: number, room: string, names?: string[]): Promise<Attribute[]>
}

export interface AttributeStore extends AttributeReads {
  setAttributes(app: number, room: string, attributes: Attribute[]): Promise<void>
  removeAttributes(app: number, room: string, names: string[]): Promise<void>
  /** Removes those that go when one of `owners` leaves; returns them. */
  removeWithOwners(app: number, room: string, owners: string[]): Promise<Attribute[]>
}

interface AttributeRow {
  name: string
  value: string
  owner: string
  auto_delete: number
}

const attributeOf = ({ auto_delete, ...row }: AttributeRow): Attribute => ({
  ...row,
  autoDelete: auto_delete === 1,
})

/** Reads and writes the table `attributes`. */
export function attributeStore(db: Database): AttributeStore {
  return {
    async attributes(app, room, names) {
      const among = names ? `and ${isOneOf(db, 'name', 3)}` : ''
      const rows = await db.all<AttributeRow>(
        `select name, value, owner, auto_delete from attributes
         where app = ?1 and room = ?2 ${among} order by name`,
        app,
        room,
        ...(names ? [JSON.stringify(names)] : []),
      )
      return rows.map(attributeOf)
    },

    async setAttributes(app, room, attributes) {
      for (const { name, value, owner, autoDelete } of attributes) {
        await db.run(
          `insert into attributes (app, room, name, value, owner, auto_delete) values (?1, ?2, ?3, ?4, ?5, ?6)
           on conflict (app, room, name) do update set
             value = excluded.value, owner = excluded.owner, auto_delete = excluded.auto_delete`,
          app,
          room,
          name,
          value,
          owner,
          autoDelete ? 1 : 0,
        )
      }
    },

    async removeAttributes(app, room, names) {
      await db.run(
        `delete from attributes where app = ?1 and room = ?2 and ${isOneOf(db, 'name', 3)}`,
        app,
        room,
        JSON.stringify(names),
      )
    },

    async removeWithOwners(app, room, owners) {
      const rows = await db.all<AttributeRow>(
        `delete from attributes where app = ?1 and room = ?2 and auto_delete = 1 and ${isOneOf(db, 'owner', 3)}
         returning name, value, owner, auto_delete`,
        app,
        room,
        JSON.stringify(owners),
      )
      return rows.map(attributeOf)
    },
  }
}
