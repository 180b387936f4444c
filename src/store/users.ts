import type { NewUser, User, UserRecord } from '../domain/user.ts'
import { type Awaitable, type Database, forKeyShare, forUpdate, isOneOf } from './database.ts'

/** A position in the list of users; the user there need not exist any more. */
export type UserPosition = Pick<User, 'createdMs' | 'username'>

export interface UserReads {
  findUser(app: number, username: string): Awaitable<UserRecord | undefined>
  /** The user id that belongs to a UUID, as the app's list of users shows it. */
  usernameOf(app: number, uuid: string): Promise<string | undefined>
  /** Those of `usernames` that are registered, in no particular order. */
  findUsers(app: number, usernames: string[]): Promise<UserRecord[]>
  /** At most `limit` users, the oldest registration first, from after a position in this order on. */
  listUsers(app: number, limit: number, after?: UserPosition): Awaitable<User[]>
  /** At most `limit` users whose ids begin with a prefix, by id, from after one on. */
  usersBeginning(app: number, prefix: string, limit: number, after?: string): Promise<User[]>
}

export interface UserStore extends UserReads {
  /** Finds a user and locks it until the transaction ends. */
  lockUser(app: number, username: string): Awaitable<UserRecord | undefined>
  /**
   * Those of `usernames` that are registered; none of them can be deleted until the transaction ends. With `alone`, no
   * other transaction locks one of them meanwhile, so that what is counted for them stays true.
   */
  lockUsers(app: number, usernames: string[], alone: boolean): Promise<string[]>
  /** Stores a new user; undefined when the user id is taken, also by a deleted user whose rooms have not gone yet. `now` in Unix ms. */
  addUser(
    app: number,
    user: NewUser & { uuid: string; tokenEpoch: number; now: number },
  ): Promise<User | undefined>
  /** Stores password hash, nickname, activation, token epoch and time of modification. */
  changeUser(app: number, user: UserRecord): Promise<void>
  removeUser(app: number, username: string): Promise<void>
}

interface UserRow {
  username: string
  uuid: string
  password_hash: string | null
  nickname: string | null
  activated: number
  token_epoch: number
  created: number
  modified: number
}

const columns = 'username, uuid, password_hash, nickname, activated, token_epoch, created, modified'

const toUser = (row: UserRow): User => ({
  uuid: row.uuid,
  username: row.username,
  nickname: row.nickname,
  activated: row.activated === 1,
  createdMs: row.created,
  modifiedMs: row.modified,
})

const toRecord = (row: UserRow): UserRecord => ({
  ...toUser(row),
  passwordHash: row.password_hash,
  tokenEpoch: row.token_epoch,
})

const userLists = (db: Database): Pick<UserReads, 'listUsers' | 'usersBeginning'> => ({
  async listUsers(app, limit, after) {
    const rows = await db.all<UserRow>(
      `select ${columns} from users where app = ?1 and (created, username) > (?2, ?3)
       order by created, username limit ?4`,
      app,
      after?.createdMs ?? -1,
      after?.username ?? '',
      limit,
    )
    return rows.map(toUser)
  },

  async usersBeginning(app, prefix, limit, after) {
    // No character sorts behind the last one of Unicode: what begins with the prefix is one stretch of the key.
    const rows = await db.all<UserRow>(
      `select ${columns} from users where app = ?1 and username >= ?2 and username < ?3 and username > ?4
       order by username limit ?5`,
      app,
      prefix,
      `${prefix}\u{10ffff}`,
      after ?? '',
      limit,
    )
    return rows.map(toUser)
  },
})

/** Reads and writes the table `users`. */
export function userStore(db: Database): UserStore {
  const byName = `select ${columns} from users where app = ?1 and username = ?2`
  const exists = `select 1 from users where app = ?1 and username = ?2`
  const leaving = `select 1 from user_deletions where app = ?1 and username = ?2`
  const removal = `delete from users where app = ?1 and username = ?2`
  return {
    async findUser(app, username) {
      const row = await db.get<UserRow>(byName, app, username)
      return row && toRecord(row)
    },

    async usernameOf(app, uuid) {
      const sql = 'select username from users where app = ?1 and uuid = ?2'
      return (await db.get<{ username: string }>(sql, app, uuid))?.username
    },

    async findUsers(app, usernames) {
      const rows = await db.all<UserRow>(
        `select ${columns} from users where app = ?1 and ${isOneOf(db, 'username', 2)}`,
        app,
        JSON.stringify(usernames),
      )
      return rows.map(toRecord)
    },

    async lockUser(app, username) {
      const row = await db.get<UserRow>(`${byName} ${forUpdate(db)}`, app, username)
      return row && toRecord(row)
    },

    async lockUsers(app, usernames, alone) {
      if (db.dialect === 'sqlite') {
        // One look-up a name: a tenth of the time that json_each takes for the few names of a usual room.
        const known: string[] = []
        for (const username of usernames) if (await db.get(exists, app, username)) known.push(username)
        return known
      }
      const rows = await db.all<{ username: string }>(
        `select username from users where app = ?1 and ${isOneOf(db, 'username', 2)}
         order by username ${alone ? forUpdate(db) : forKeyShare(db)}`,
        app,
        JSON.stringify(usernames),
      )
      return rows.map((row) => row.username)
    },

    ...userLists(db),

    async addUser(app, user) {
      const row = await db.get<UserRow>(
        `insert into users (app, username, uuid, password_hash, nickname, activated, token_epoch, created, modified)
         values (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?7) on conflict do nothing returning ${columns}`,
        app,
        user.username,
        user.uuid,
        user.passwordHash,
        user.nickname,
        user.tokenEpoch,
        user.now,
      )
      if (!row) return undefined
      // Looked up after the insert, which has waited for a deletion under way.
      const isLeaving = await db.get(leaving, app, user.username)
      if (isLeaving) await db.run(removal, app, user.username)
      return isLeaving ? undefined : toUser(row)
    },

    async changeUser(app, user) {
      await db.run(
        `update users set password_hash = ?3, activated = ?4, token_epoch = ?5, modified = ?6, nickname = ?7
         where app = ?1 and username = ?2`,
        app,
        user.username,
        user.passwordHash,
        user.activated ? 1 : 0,
        user.tokenEpoch,
        user.modifiedMs,
        user.nickname,
      )
    },

    async removeUser(app, username) {
      await db.run(removal, app, username)
    },
  }
}
