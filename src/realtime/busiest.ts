import type { Live } from './live.ts'
import type { Connection } from './session.ts'

/** Rooms and connections that are shown. */
const shown = 10

/** What is busy on this node. */
export interface Busy {
  /** Those with the most messages a second, the busiest first. */
  rooms: { app: number; room: string; users: number; messages_per_second: number }[]
  /** Clients for which the most bytes wait. */
  slow: { app: number; user: string; device: string; address: string; waiting_bytes: number }[]
}

/** Watches for some time, and says which rooms are busy and which clients slow. Nobody watches before that. */
export async function busiest(live: Live, connections: Iterable<Connection>, ms: number): Promise<Busy> {
  const before = new Map([...live.rooms.values()].map((room) => [room, room.messages]))
  const begunMs = performance.now()
  await Bun.sleep(ms)
  const seconds = (performance.now() - begunMs) / 1000
  const rooms = [...live.rooms.values()]
    .map((room) => ({ room, grown: room.messages - (before.get(room) ?? 0) }))
    .filter(({ grown }) => grown > 0)
    .sort((one, other) => other.grown - one.grown)
    .slice(0, shown)
  const slow = [...connections]
    .map((connection) => ({ connection, waiting: connection.socket.getBufferedAmount() }))
    .filter(({ waiting }) => waiting > 0)
    .sort((one, other) => other.waiting - one.waiting)
    .slice(0, shown)
  return {
    rooms: rooms.map(({ room, grown }) => ({
      app: room.app,
      room: room.id,
      users: room.users.size,
      messages_per_second: Number((grown / seconds).toFixed(1)),
    })),
    slow: slow.map(({ connection: { session, address }, waiting }) => ({
      app: session?.app.id ?? 0,
      user: session?.user.username ?? '',
      device: session?.resource ?? '',
      address,
      waiting_bytes: waiting,
    })),
  }
}
