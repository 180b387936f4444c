import type { AppDirectory } from '../auth/app-directory.ts'
import { appKey } from '../domain/app.ts'
import type { NodeFigures } from '../domain/node-figures.ts'

/** What real time says of its busiest rooms and slowest clients; as `Busy` there. */
interface Busy<App> {
  rooms: { app: App; room: string; users: number; messages_per_second: number }[]
  slow: { app: App; user: string; device: string; address: string; waiting_bytes: number }[]
}

/** What a node does now. */
export type Top = NodeFigures & Busy<string>

/** Puts together what a node does now, by what was counted and by watching for some time. */
export const topOf =
  (
    figures: () => Promise<NodeFigures>,
    busy: (ms: number) => Promise<Busy<number>>,
    apps: Pick<AppDirectory, 'ofId'>,
  ): ((ms: number) => Promise<Top>) =>
  async (ms) => {
    const { rooms, slow } = await busy(ms)
    const named = <Row extends { app: number }>(row: Row) => {
      const app = apps.ofId(row.app)
      return { ...row, app: app ? appKey(app) : '' }
    }
    return { ...(await figures()), rooms: rooms.map(named), slow: slow.map(named) }
  }
