import type { OperatorRecord, OperatorRole } from '../domain/operator.ts'
import { type Awaitable, type Database, forUpdate } from './database.ts'

/** A session of the console, of an operator as it is now. Times in Unix ms. */
interface StoredSession {
  name: string
  role: OperatorRole
  createdMs: number
  /** The last call, or some minutes before it. */
  seenMs: number
}

export interface OperatorReads {
  /** By name. */
  listOperators(): Awaitable<OperatorRecord[]>
  findOperator(name: string): Awaitable<OperatorRecord | undefined>
  findSession(hash: string): Awaitable<StoredSession | undefined>
  /** Whether this is the hash of a link that makes the first operator. */
  isSetup(hash: string, nowMs: number): Promise<boolean>
}

export interface OperatorStore extends OperatorReads {
  /** Locks all operators until the transaction ends: whether there is another admin stays true. */
  lockOperators(): Promise<OperatorRecord[]>
  /** False where the name is taken. */
  addOperator(operator: OperatorRecord): Promise<boolean>
  /** False where there is none. */
  removeOperator(name: string): Promise<boolean>
  changeOperator(operator: OperatorRecord): Promise<void>
  /** Adds a session, and ends the first of the operator's beyond `most`. */
  addSession(hash: string, name: string, nowMs: number, most: number): Promise<void>
  touchSession(hash: string, nowMs: number): Promise<void>
  endSession(hash: string): Promise<void>
  endSessions(name: string): Promise<void>
  /** Removes sessions that began before one time or were last seen before another. */
  removeSessions(createdMs: number, seenMs: number): Promise<number>
  /** False where another one is good still. */
  beginSetup(hash: string, nowMs: number, expiresMs: number): Promise<boolean>
  /** Takes the setup away, so that it is used once; false where it is none. */
  takeSetup(hash: string, nowMs: number): Promise<boolean>
  endSetup(): Promise<void>
}

interface OperatorRow {
  name: string
  role: OperatorRole
  password_hash: string
  created: number
}

const toOperator = ({ name, role, password_hash, created }: OperatorRow): OperatorRecord => ({
  name,
  role,
  passwordHash: password_hash,
  createdMs: created,
})

/** Reads and writes the tables `operators`, `operator_sessions` and `operator_setup`. */
export function operatorStore(db: Database): OperatorStore {
  return {
    async listOperators() {
      return (await db.all<OperatorRow>(`select * from operators order by name`)).map(toOperator)
    },

    async findOperator(name) {
      const row = await db.get<OperatorRow>(`select * from operators where name = ?1`, name)
      return row && toOperator(row)
    },

    findSession: (hash) =>
      db.get<StoredSession>(
        `select o.name, o.role, s.created as "createdMs", s.seen as "seenMs"
         from operator_sessions s join operators o on o.name = s.name where s.hash = ?1`,
        hash,
      ),

    async isSetup(hash, nowMs) {
      const sql = `select 1 as found from operator_setup where hash = ?1 and expires > ?2`
      return (await db.get(sql, hash, nowMs)) !== undefined
    },

    async lockOperators() {
      const sql = `select * from operators order by name ${forUpdate(db)}`
      return (await db.all<OperatorRow>(sql)).map(toOperator)
    },

    async addOperator({ name, role, passwordHash, createdMs }) {
      const sql = `insert into operators (name, role, password_hash, created) values (?1, ?2, ?3, ?4) on conflict do nothing`
      return (await db.run(sql, name, role, passwordHash, createdMs)) === 1
    },

    async removeOperator(name) {
      await this.endSessions(name)
      return (await db.run(`delete from operators where name = ?1`, name)) === 1
    },

    async changeOperator({ name, role, passwordHash }) {
      await db.run(
        `update operators set role = ?2, password_hash = ?3 where name = ?1`,
        name,
        role,
        passwordHash,
      )
    },

    async addSession(hash, name, nowMs, most) {
      await db.run(
        `insert into operator_sessions (hash, name, created, seen) values (?1, ?2, ?3, ?3)`,
        hash,
        name,
        nowMs,
      )
      await db.run(
        `delete from operator_sessions where name = ?1 and hash not in (
           select hash from operator_sessions where name = ?1 order by created desc, hash limit ?2)`,
        name,
        most,
      )
    },

    async touchSession(hash, nowMs) {
      await db.run(`update operator_sessions set seen = ?2 where hash = ?1`, hash, nowMs)
    },

    async endSession(hash) {
      await db.run(`delete from operator_sessions where hash = ?1`, hash)
    },

    async endSessions(name) {
      await db.run(`delete from operator_sessions where name = ?1`, name)
    },

    removeSessions: async (createdMs, seenMs) =>
      db.run(`delete from operator_sessions where created < ?1 or seen < ?2`, createdMs, seenMs),

    async beginSetup(hash, nowMs, expiresMs) {
      const sql = `insert into operator_setup (place, hash, expires) values (1, ?1, ?3)
        on conflict (place) do update set hash = excluded.hash, expires = excluded.expires
        where operator_setup.expires <= ?2`
      return (await db.run(sql, hash, nowMs, expiresMs)) === 1
    },

    async takeSetup(hash, nowMs) {
      const sql = `delete from operator_setup where hash = ?1 and expires > ?2`
      return (await db.run(sql, hash, nowMs)) === 1
    },

    async endSetup() {
      await db.run(`delete from operator_setup`)
    },
  }
}
