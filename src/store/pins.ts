import { type Database, each } from './database.ts'

/** A message that is pinned in a room, as it was when it was pinned. */
export interface Pin {
  message: number
  /** Who pinned it, and when. */
  operator: string
  pinnedMs: number
  sender: string
  /** When it was sent. */
  sentMs: number
  /** Its content, as JSON. */
  payload: string
}

/** After which pin a page begins. */
export type PinPosition = Pick<Pin, 'pinnedMs' | 'message'>

export interface PinReads {
  /** The latest pin first. */
  listPins(app: number, room: string, limit: number, after?: PinPosition): Promise<Pin[]>
  findPin(app: number, room: string, message: number): Promise<Pin | undefined>
  countPins(app: number, room: string): Promise<number>
}

export interface PinStore extends PinReads {
  /** Adds a pin, or replaces who pinned the message and when. */
  setPin(app: number, room: string, pin: Pin): Promise<void>
  /** Returns whether the message was pinned. */
  removePin(app: number, room: string, message: number): Promise<boolean>
  /** Removes the pins of messages that were recalled. */
  removePinsOf(messages: number[]): Promise<void>
}

const columns = 'message, operator, pinned, sender, sent, payload'
const selected = 'message, operator, pinned as "pinnedMs", sender, sent as "sentMs", payload'

/** Reads and writes the table `pins`. */
export const pinStore = (db: Database): PinStore => ({
  listPins: async (app, room, limit, after) =>
    db.all<Pin>(
      `select ${selected} from pins where app = ?1 and room = ?2 and (pinned, message) < (?4, ?5)
       order by pinned desc, message desc limit ?3`,
      app,
      room,
      limit,
      after?.pinnedMs ?? Number.MAX_SAFE_INTEGER,
      after?.message ?? 0,
    ),

  findPin: async (app, room, message) =>
    db.get<Pin>(
      `select ${selected} from pins where app = ?1 and room = ?2 and message = ?3`,
      app,
      room,
      message,
    ),

  async countPins(app, room) {
    const row = await db.get<{ total: number }>(
      `select count(*) as total from pins where app = ?1 and room = ?2`,
      app,
      room,
    )
    return row?.total ?? 0
  },

  async setPin(app, room, { message, operator, pinnedMs, sender, sentMs, payload }) {
    await db.run(
      `insert into pins (app, room, ${columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
       on conflict (app, room, message) do update set operator = excluded.operator, pinned = excluded.pinned`,
      app,
      room,
      message,
      operator,
      pinnedMs,
      sender,
      sentMs,
      payload,
    )
  },

  removePin: async (app, room, message) =>
    (await db.run(`delete from pins where app = ?1 and room = ?2 and message = ?3`, app, room, message)) > 0,

  async removePinsOf(messages) {
    await db.run(
      `delete from pins where message in (select cast(value as bigint) from ${each(db, 1)} as ids)`,
      JSON.stringify(messages),
    )
  },
})
