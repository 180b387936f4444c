import type { AppDirectory } from '../auth/app-directory.ts'
import type { AppRecord } from '../domain/app.ts'
import { theApp } from '../domain/event.ts'
import { lifecycleOf, lookedAt, type Moment, nextStep } from '../domain/lifecycle.ts'
import type { Engine } from '../engine/engine-types.ts'
import { type LookedAfter, lookAfterRoom } from '../operations/lifecycle/look-after-room.ts'
import type { LifePosition, RoomLife } from '../store/room-lifecycles.ts'

/** Rooms that are read at once, and those of them that are looked after at the same time: few, so that no write waits for them. */
const together = { read: 200, written: 4 }

interface Given {
  engine: Pick<Engine, 'store' | 'commit'>
  apps: Pick<AppDirectory, 'all' | 'ofId'>
  /** Whether the job is this process's now. */
  isHeld(): boolean
  /** Renews the lease, where it is time to. */
  renew(): Promise<unknown>
  /** Counts what was done with a room. */
  count(done: LookedAfter): void
}

/** How far the rooms of an app have been looked at, while its settings are the same. */
interface Seen {
  settings: string
  /** Of those that set their lives themselves; undefined when all were looked at, and `due` tells of them. */
  own: string | undefined
  idle?: LifePosition | undefined
  emptied?: LifePosition | undefined
}

/** The settings of an app that decide when its rooms end. */
const settingsOf = ({ settings }: AppRecord): string => {
  const { roomIdleTimeout, roomEmptyTimeout, roomWarnBefore, roomsOpenAt, roomsExpireAt, keepRooms } =
    settings
  return [roomIdleTimeout, roomEmptyTimeout, roomWarnBefore, roomsOpenAt, roomsExpireAt, keepRooms].join()
}

/** Whether anything is to be done with a room; decided again in the transaction that does it. */
function asks(app: AppRecord | undefined, life: RoomLife, moment: Moment): boolean {
  if (!app) return false
  const step = nextStep(lifecycleOf(app.settings, life), life, moment)
  return step.kind !== 'wait' || step.dueMs !== life.dueMs
}

/** Looks at rooms, and does what their lives ask for. */
export function lifecycleRounds({ engine: { store, commit }, apps, isHeld, renew, count }: Given) {
  const seen = new Map<number, Seen>()

  async function lookAfter({ app, id }: RoomLife, moment: Moment): Promise<void> {
    count(await commit(app, theApp, lookAfterRoom, { room: id, moment }))
  }

  async function lookAfterAll(lives: RoomLife[], moment: Moment): Promise<void> {
    const asking = lives.filter((life) => asks(apps.ofId(life.app), life, moment))
    for (let from = 0; from < asking.length && isHeld(); from += together.written) {
      await Promise.all(asking.slice(from, from + together.written).map((life) => lookAfter(life, moment)))
      await renew()
    }
  }

  /** Looks after all rooms of a list, which `next` reads from where it has come to. */
  async function walk(next: () => Promise<RoomLife[]>, moment: Moment, passed: (last: RoomLife) => void) {
    while (isHeld()) {
      const lives = await next()
      const last = lives.at(-1)
      if (!last) return
      await lookAfterAll(lives, moment)
      if (!isHeld()) return
      passed(last)
      if (lives.length < together.read) return
    }
  }

  /**
   * Rooms of an app: after a change of its settings those that set their lives themselves, and always those that have
   * been idle or empty for long enough, each once.
   */
  async function lookAtApp(app: AppRecord, moment: Moment): Promise<void> {
    const settings = settingsOf(app)
    let place = seen.get(app.id)
    if (place?.settings !== settings) {
      place = { settings, own: '' }
      seen.set(app.id, place)
    }
    const at = place
    const { idleMs, emptiedMs } = lookedAt(app.settings, moment)
    const { ownLives, idleLives, emptyLives } = store.lifecycles
    if (at.own !== undefined) {
      await walk(
        async () => ownLives(app.id, together.read, at.own),
        moment,
        ({ id }) => {
          at.own = id
        },
      )
      if (isHeld()) at.own = undefined
    }
    if (idleMs > 0)
      await walk(
        async () => idleLives(app.id, idleMs, together.read, at.idle),
        moment,
        ({ activeMs, id }) => {
          at.idle = { atMs: activeMs, id }
        },
      )
    if (emptiedMs > 0)
      await walk(
        async () => emptyLives(app.id, emptiedMs, together.read, at.emptied),
        moment,
        ({ emptiedMs: atMs, id }) => {
          at.emptied = { atMs: atMs ?? 0, id }
        },
      )
  }

  /** Rooms of all apps whose time to be looked at has come. */
  async function lookAtDue(moment: Moment): Promise<void> {
    const untilMs = Math.max(moment.nowMs, moment.steadyMs)
    let after: Parameters<typeof store.lifecycles.dueLives>[2]
    await walk(
      async () => store.lifecycles.dueLives(untilMs, together.read, after),
      moment,
      ({ dueMs, app, id }) => {
        after = { atMs: dueMs ?? 0, app, id }
      },
    )
  }

  return {
    /** Looks at every room that may ask for something at a moment. */
    async round(moment: Moment): Promise<void> {
      await lookAtDue(moment)
      for (const app of apps.all()) await lookAtApp(app, moment)
    },

    /** Forgets what was seen: meanwhile another process had the job. */
    forget: (): void => seen.clear(),
  }
}
