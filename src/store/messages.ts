import type { Database } from './database.ts'

/** What is stored of a message. */
export interface MessageRow {
  id: number
  app: number
  room: string
  sender: string
  /** Hash of device, client id and content; null where the client gave no id. */
  client: number | null
}

/** The messages of the last minutes. They are in the order of their ids, which hold the time. */
export interface MessageReads {
  findMessage(app: number, id: number): Promise<MessageRow | undefined>
  /** Ids of what a user has sent to a room from the id `first` on; the latest at most `limit`. */
  messagesOf(app: number, room: string, sender: string, first: number, limit: number): Promise<number[]>
  /** The latest at most `limit` messages with a client, from the id `first` on. */
  messagesOfClients(first: number, limit: number): Promise<MessageRow[]>
  /** As `messagesOfClients`, of one sender. */
  messagesOfSender(app: number, sender: string, first: number, limit: number): Promise<MessageRow[]>
  /** The highest id that a stored message has; 0 when none is stored. */
  lastMessageId(): Promise<number>
}

export interface MessageStore extends MessageReads {
  addMessages(rows: MessageRow[]): Promise<void>
  removeMessage(id: number): Promise<void>
  /** Removes at most `limit` of the messages below an id, the oldest first and never the last; returns how many. */
  removeMessagesBefore(id: number, limit: number): Promise<number>
}

const columns = 'id, app, room, sender, client'

/** Reads and writes the table `messages`. */
export function messageStore(db: Database): MessageStore {
  return {
    async addMessages(rows) {
      if (db.dialect === 'postgres') {
        await db.run(
          `insert into messages (${columns}) select ${columns} from json_to_recordset(?1::text::json)
             as m(id bigint, app integer, room text, sender text, client bigint) on conflict do nothing`,
          JSON.stringify(rows),
        )
        return
      }
      for (const { id, app, room, sender, client } of rows) {
        await db.run(
          `insert into messages (${columns}) values (?1, ?2, ?3, ?4, ?5) on conflict do nothing`,
          id,
          app,
          room,
          sender,
          client,
        )
      }
    },

    findMessage: async (app, id) =>
      db.get<MessageRow>(`select ${columns} from messages where id = ?1 and app = ?2`, id, app),

    async messagesOf(app, room, sender, first, limit) {
      const rows = await db.all<{ id: number }>(
        `select id from messages where id >= ?4 and app = ?1 and room = ?2 and sender = ?3 order by id desc limit ?5`,
        app,
        room,
        sender,
        first,
        limit,
      )
      return rows.map(({ id }) => id)
    },

    messagesOfClients: async (first, limit) =>
      db.all<MessageRow>(
        `select ${columns} from messages where id >= ?1 and client is not null order by id desc limit ?2`,
        first,
        limit,
      ),

    messagesOfSender: async (app, sender, first, limit) =>
      db.all<MessageRow>(
        `select ${columns} from messages where app = ?1 and sender = ?2 and id >= ?3 and client is not null
         order by id desc limit ?4`,
        app,
        sender,
        first,
        limit,
      ),

    lastMessageId: async () =>
      (await db.get<{ id: number }>('select id from messages order by id desc limit 1'))?.id ?? 0,

    async removeMessage(id) {
      await db.run(`delete from messages where id = ?1`, id)
    },

    removeMessagesBefore: async (id, limit) =>
      db.run(
        `delete from messages where id in (
           select id from messages where id < ?1 and id < (select max(id) from messages) order by id limit ?2)`,
        id,
        limit,
      ),
  }
}
