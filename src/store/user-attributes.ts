import { type Database, isOneOf } from './database.ts'

/** An attribute of a user. */
export interface UserAttribute {
  username: string
  name: string
  value: string
}

/** Attributes of users, by name. */
export interface UserAttributeReads {
  /** Those of some users, in the order of user id and name; unknown users have none. */
  userAttributes(app: number, usernames: string[]): Promise<UserAttribute[]>
  /** Bytes that the attributes of all users take, names and values. */
  userAttributeBytes(app: number): Promise<number>
}

export interface UserAttributeStore extends UserAttributeReads {
  setUserAttributes(app: number, attributes: UserAttribute[]): Promise<void>
  /** Removes attributes of a user, or all of them. */
  removeUserAttributes(app: number, username: string, names?: string[]): Promise<void>
}

/** Reads and writes the table `user_attributes`. */
export function userAttributeStore(db: Database): UserAttributeStore {
  const bytes = (column: string): string =>
    db.dialect === 'sqlite' ? `length(cast(${column} as blob))` : `octet_length(${column})`

  return {
    userAttributes: async (app, usernames) =>
      db.all<UserAttribute>(
        `select username, name, value from user_attributes
         where app = ?1 and ${isOneOf(db, 'username', 2)} order by username, name`,
        app,
        JSON.stringify(usernames),
      ),

    async userAttributeBytes(app) {
      const row = await db.get<{ total: number | null }>(
        `select sum(${bytes('name')} + ${bytes('value')}) as total from user_attributes where app = ?1`,
        app,
      )
      return Number(row?.total ?? 0)
    },

    async setUserAttributes(app, attributes) {
      for (const { username, name, value } of attributes) {
        await db.run(
          `insert into user_attributes (app, username, name, value) values (?1, ?2, ?3, ?4)
           on conflict (app, username, name) do update set value = excluded.value`,
          app,
          username,
          name,
          value,
        )
      }
    },

    async removeUserAttributes(app, username, names) {
      const some = names ? ` and ${isOneOf(db, 'name', 3)}` : ''
      const params = names ? [JSON.stringify(names)] : []
      await db.run(
        `delete from user_attributes where app = ?1 and username = ?2${some}`,
        app,
        username,
        ...params,
      )
    },
  }
}
