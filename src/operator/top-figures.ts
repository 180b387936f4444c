import type { AppDirectory } from '../auth/app-directory.ts'
import type { Threads } from '../cluster/threads.ts'
import { appKey } from '../domain/app.ts'
import type { NodeFigures } from '../domain/node-figures.ts'

/** The busiest rooms and the slowest clients; `Busy` of src/realtime/busiest.ts. */
interface Busy<App> {
  rooms: { app: App; room: string; users: number; messages_per_second: number }[]
  slow: { app: App; user: string; device: string; address: string; waiting_bytes: number }[]
}

/** What a node does now. */
export type Top = NodeFigures & Busy<string>

/** Rooms and clients that are shown. */
const shown = 10

const most = <Row>(rows: Row[], of: (row: Row) => number): Row[] =>
  rows.toSorted((one, other) => of(other) - of(one)).slice(0, shown)

/** What several threads say as one. Each counts all messages of a room, and its own users there. */
function together(all: Busy<number>[]): Busy<number> {
  const rooms = Map.groupBy(
    all.flatMap((each) => each.rooms),
    ({ app, room }) => `${app}/${room}`,
  )
  const summed = [...rooms.values()].flatMap((rows) => {
    const [busiest] = most(rows, (row) => row.messages_per_second)
    return busiest ? [{ ...busiest, users: rows.reduce((sum, { users }) => sum + users, 0) }] : []
  })
  return {
    rooms: most(summed, (row) => row.messages_per_second),
    slow: most(
      all.flatMap((each) => each.slow),
      (row) => row.waiting_bytes,
    ),
  }
}

/** Puts together what a node does now, by what was counted and by watching each thread for some time; `threads` are the others. */
export const topOf =
  (
    figures: () => Promise<NodeFigures>,
    busy: (ms: number) => Promise<Busy<number>>,
    apps: Pick<AppDirectory, 'ofId'>,
    threads: Pick<Threads, 'callAll'> | undefined,
  ): ((ms: number) => Promise<Top>) =>
  async (ms) => {
    const [own, others] = await Promise.all([busy(ms), threads?.callAll('busy', ms)])
    const { rooms, slow } = together([own, ...((others ?? []) as Busy<number>[])])
    const named = <Row extends { app: number }>(row: Row) => {
      const app = apps.ofId(row.app)
      return { ...row, app: app ? appKey(app) : '' }
    }
    return { ...(await figures()), rooms: rooms.map(named), slow: slow.map(named) }
  }
