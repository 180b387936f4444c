import type { Device } from '../domain/device.ts'
import { type Database, each, isOneOf, usernamesIn } from './database.ts'
import { type NodeReads, type NodeStore, nodeStore } from './nodes.ts'

/** Someone who is offline for so long that it leaves its rooms. */
interface Due {
  app: number
  username: string
}

/** Which nodes live, and which users are connected to them. Times in Unix ms. */
export interface PresenceReads extends NodeReads {
  /** Identifies this store. */
  deployment(): Promise<string>
  /** Those of `usernames` that are connected to some node. */
  onlineAmong(app: number, usernames: string[]): Promise<string[]>
  /** Devices with which a user is connected to other nodes than `node`. */
  devicesElsewhere(app: number, username: string, node: number): Promise<Device[]>
  /** Rooms in which someone is who is connected to another node than `node`. */
  roomsElsewhere(app: number, node: number): Promise<string[]>
  /** At most `limit` users whose time to leave has come. */
  due(now: number, limit: number): Promise<Due[]>
}

export interface PresenceStore extends PresenceReads, NodeStore {
  /** Notes that users are connected to a node, each with these devices. */
  arrive(app: number, users: Iterable<[string, Device[]]>, node: number): Promise<void>
  /** Notes that users are offline, also those who came and went unseen. */
  depart(app: number, usernames: string[], node: number, leaves: number): Promise<void>
  /** Forgets those of `usernames` whose time has come; returns who of them is connected to no node. */
  takeDue(app: number, usernames: string[], now: number): Promise<string[]>
}

/** Reads and writes the tables `presence` and `nodes`. */
export function presenceStore(db: Database): PresenceStore {
  const part = (place: number): string =>
    db.dialect === 'sqlite' ? `json_extract(value, '$[${place}]')` : `value::json ->> ${place}`

  async function put(
    app: number,
    users: Iterable<[string, Device[]]>,
    node: number,
    leaves: number | null,
  ): Promise<void> {
    await db.run(
      `insert into presence (app, username, node, leaves, devices)
       select ?1, ${part(0)}, ?2, ?3, ${part(1)} from ${each(db, 4)} as users where true
       on conflict (app, username, node) do update set leaves = excluded.leaves, devices = excluded.devices`,
      app,
      node,
      leaves,
      JSON.stringify([...users].map((user) => JSON.stringify(user))),
    )
  }

  return {
    ...nodeStore(db),

    async deployment() {
      const row = await db.get<{ id: string }>(`select id from deployment`)
      if (!row) throw new Error('the store has no id')
      return row.id
    },

    arrive: (app, users, node) => put(app, users, node, null),

    depart: (app, usernames, node, leaves) =>
      put(
        app,
        usernames.map((username) => [username, []]),
        node,
        leaves,
      ),

    async roomsElsewhere(app, node) {
      const rows = await db.all<{ room: string }>(
        `select distinct m.room from presence p join members m on m.app = p.app and m.username = p.username
         where p.app = ?1 and p.node <> ?2 and p.leaves is null`,
        app,
        node,
      )
      return rows.map(({ room }) => room)
    },

    async devicesElsewhere(app, username, node) {
      const rows = await db.all<{ devices: string }>(
        `select devices from presence
         where app = ?1 and username = ?2 and node <> ?3 and leaves is null order by node`,
        app,
        username,
        node,
      )
      return rows.flatMap(({ devices }) => JSON.parse(devices) as Device[])
    },

    onlineAmong: (app, usernames) =>
      usernamesIn(
        db,
        `select distinct username from presence
         where app = ?1 and leaves is null and ${isOneOf(db, 'username', 2)} order by username`,
        app,
        JSON.stringify(usernames),
      ),

    due: async (now, limit) =>
      db.all<Due>(
        `select distinct app, username from presence where leaves <= ?1 order by app, username limit ?2`,
        now,
        limit,
      ),

    async takeDue(app, usernames, now) {
      const taken = await usernamesIn(
        db,
        `delete from presence where app = ?1 and leaves <= ?2 and ${isOneOf(db, 'username', 3)}
         returning username`,
        app,
        now,
        JSON.stringify(usernames),
      )
      const online = new Set(await this.onlineAmong(app, taken))
      return [...new Set(taken)].filter((username) => !online.has(username)).sort()
    },
  }
}
