import { Database } from 'bun:sqlite'

/** What the hosted service lists; `isOff`: a user who is deactivated, a room that is disabled. */
export interface Listed {
  id: string
  /** A user's nickname. */
  nickname: string | null
  isOff: boolean
}

export type Kind = 'users' | 'rooms'

/** Where a pass is; a cursor is undefined before the first page, and null after the last. */
type Place = string | null | undefined

interface Row {
  id: string
  nickname: string | null
  off: number
}

const listed = ({ id, nickname, off }: Row): Listed => ({ id, nickname, isOff: off === 1 })

/**
 * What a mirror remembers, in a file: how far a pass has come, and what it has copied, since nothing else is ever
 * removed here. `:memory:` for a mirror that remembers nothing.
 */
export class MirrorState {
  private readonly db: Database

  constructor(file: string) {
    this.db = new Database(file, { create: true, strict: true })
    try {
      this.prepare()
    } catch (error) {
      this.db.close()
      if ((error as { code?: string }).code === 'SQLITE_BUSY')
        throw new Error(`another mirror uses ${file}: let it end, or stop it`)
      throw error
    }
  }

  private prepare(): void {
    // One mirror at a time: a second one finds the file locked.
    this.db.run('pragma locking_mode = exclusive')
    this.db.run('pragma journal_mode = wal')
    this.db.run(`create table if not exists places (name text primary key, place text) without rowid`)
    for (const kind of ['users', 'rooms']) {
      const columns = 'id text primary key, nickname text, off integer not null'
      this.db.run(
        `create table if not exists ${kind} (${columns}, pass integer not null, done integer not null) without rowid`,
      )
      this.db.run(`create temp table here_${kind} (${columns}) without rowid`)
    }
  }

  close(): void {
    this.db.close()
  }

  place(name: string): Place {
    const row = this.db
      .query<{ place: string | null }, [string]>(`select place from places where name = ?`)
      .get(name)
    return row?.place ?? (row ? null : undefined)
  }

  setPlace(name: string, place: string | null): void {
    this.db.run(`insert or replace into places values (?, ?)`, [name, place])
  }

  /** The number of the pass that is under way. */
  get pass(): number {
    return Number(this.place('pass') ?? 1)
  }

  /** Ends the pass: the next one begins at the first page. */
  endPass(): void {
    const next = this.pass + 1
    this.db.transaction(() => {
      this.db.run(`delete from places where name in ('users', 'rooms')`)
      this.setPlace('pass', String(next))
    })()
  }

  /** Remembers a page of the hosted service, and where the next one begins. */
  addPage(kind: Kind, page: Listed[], next: string | null): void {
    const { pass } = this
    const add = this.db.query(
      `insert into ${kind} values (?, ?, ?, ?, 0) on conflict (id) do update set nickname = excluded.nickname, off = excluded.off, pass = excluded.pass`,
    )
    this.db.transaction(() => {
      for (const { id, nickname, isOff } of page) add.run(id, nickname, isOff ? 1 : 0, pass)
      this.setPlace(kind, next)
    })()
  }

  addHere(kind: Kind, page: Listed[]): void {
    const add = this.db.query(`insert or replace into temp.here_${kind} values (?, ?, ?)`)
    this.db.transaction(() => {
      for (const { id, nickname, isOff } of page) add.run(id, nickname, isOff ? 1 : 0)
    })()
  }

  forgetHere(kind: Kind): void {
    this.db.run(`delete from temp.here_${kind}`)
  }

  /** What is listed here. */
  here(kind: Kind, id: string): Listed | undefined {
    const row = this.db.query<Row, [string]>(`select * from temp.here_${kind} where id = ?`).get(id)
    return row ? listed(row) : undefined
  }

  /** Rooms of this pass that have not been compared yet. */
  roomsLeft(after: string, limit: number): Listed[] {
    return this.db
      .query<Row, [number, string, number]>(
        `select id, nickname, off from rooms where pass = ?1 and done < ?1 and id > ?2 order by id limit ?3`,
      )
      .all(this.pass, after, limit)
      .map(listed)
  }

  setDone(room: string): void {
    this.db.run(`update rooms set done = pass where id = ?`, [room])
  }

  /** What an earlier pass has copied, and this one has not seen any more. */
  gone(kind: Kind): string[] {
    return this.db
      .query<{ id: string }, [number]>(`select id from ${kind} where pass < ? order by id`)
      .all(this.pass)
      .map(({ id }) => id)
  }

  forget(kind: Kind, id: string): void {
    this.db.run(`delete from ${kind} where id = ?`, [id])
    this.db.run(`delete from temp.here_${kind} where id = ?`, [id])
  }

  /** What is here alone. */
  onlyHere(kind: Kind): string[] {
    return this.db
      .query<{ id: string }, []>(
        `select id from temp.here_${kind} where id not in (select id from ${kind}) order by id`,
      )
      .all()
      .map(({ id }) => id)
  }

  count(kind: Kind): number {
    return (
      this.db.query<{ n: number }, [number]>(`select count(*) n from ${kind} where pass = ?`).get(this.pass)
        ?.n ?? 0
    )
  }
}
