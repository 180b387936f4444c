import type { Database } from './database.ts'

/** A file that is shared in a room. */
export interface RoomFile {
  /** That of the attachment which holds its bytes. */
  id: string
  name: string
  /** Empty where the app itself shared it. */
  owner: string
  sizeBytes: number
  createdMs: number
  /** Secret of the attachment. */
  secret: string
}

export interface RoomFileReads {
  /** Those that were shared after `since` (Unix ms), the newest first, without the first `offset`. */
  roomFiles(app: number, room: string, since: number, limit: number, offset: number): Promise<RoomFile[]>
  findRoomFile(app: number, room: string, id: string, since: number): Promise<RoomFile | undefined>
  countRoomFiles(app: number, room: string): Promise<number>
}

/** Files that are shared in rooms. */
export interface RoomFileStore extends RoomFileReads {
  addRoomFile(app: number, room: string, file: RoomFile): Promise<void>
  /** Returns whether there was such a file. */
  removeRoomFile(app: number, room: string, id: string): Promise<boolean>
  /** Removes those of a room that were shared before `before` (Unix ms). */
  pruneRoomFiles(app: number, room: string, before: number): Promise<void>
}

/** Reads and writes the table `room_files`. */
export function roomFileStore(db: Database): RoomFileStore {
  const columns = 'id, name, owner, size, created, secret'
  const selected = 'id, name, owner, size as "sizeBytes", created as "createdMs", secret'
  return {
    roomFiles: async (app, room, since, limit, offset) =>
      db.all<RoomFile>(
        `select ${selected} from room_files where app = ?1 and room = ?2 and created > ?3
         order by created desc, id desc limit ?4 offset ?5`,
        app,
        room,
        since,
        limit,
        offset,
      ),

    findRoomFile: async (app, room, id, since) =>
      db.get<RoomFile>(
        `select ${selected} from room_files where app = ?1 and room = ?2 and created > ?3 and id = ?4`,
        app,
        room,
        since,
        id,
      ),

    async countRoomFiles(app, room) {
      const row = await db.get<{ total: number }>(
        `select count(*) as total from room_files where app = ?1 and room = ?2`,
        app,
        room,
      )
      return row?.total ?? 0
    },

    async addRoomFile(app, room, { id, name, owner, sizeBytes, createdMs, secret }) {
      await db.run(
        `insert into room_files (app, room, ${columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
        app,
        room,
        id,
        name,
        owner,
        sizeBytes,
        createdMs,
        secret,
      )
    },

    removeRoomFile: async (app, room, id) =>
      (await db.run(`delete from room_files where app = ?1 and room = ?2 and id = ?3`, app, room, id)) > 0,

    async pruneRoomFiles(app, room, before) {
      await db.run(`delete from room_files where app = ?1 and room = ?2 and created < ?3`, app, room, before)
    },
  }
}
