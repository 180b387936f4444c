import type { Logger } from 'pino'
import type { Device } from '../domain/device.ts'
import { theApp } from '../domain/event.ts'
import { isAppGone } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import type { Commit } from '../engine/commit.ts'
import { renewNode, startNode, stopNode, type Terms } from '../operations/nodes/node-leases.ts'
import { arrive, depart, endConnections, leaveOffline } from '../operations/nodes/presence.ts'
import type { ReadStore } from '../store/store.ts'
import { every } from './every.ts'
import type { AskThreads, ConnectedHere, Presence } from './presence-types.ts'

/** Arrivals and departures are gathered this long and share a transaction. */
const gatherMs = 50
/** How often the store is polled for users whose grace period has ended. */
const lookMs = 1000
/** Users that one transaction writes. */
const together = 200

/** Stores who is connected to this node, so that nodes know of each other's users, and outlive them. */
export interface NodePresence extends Presence {
  /** A user has connected or disconnected with one of its devices. */
  changed(user: User): void
  stop(): Promise<void>
}

interface User {
  readonly app: number
  readonly username: string
}

interface Given {
  store: ReadStore
  commit: Commit
  log: Logger
  /** Logs a failure that goes on at most once a minute. */
  rateLimitedLog(text: string): (error: unknown) => void
  here: ConnectedHere
  /** Where the store is this process's alone, its other threads know all who are not here. */
  askThreads?: AskThreads | undefined
  /** Everyone who is connected to this node. */
  everyone(): Iterable<User>
}

/** Who is connected: what is known here, and what the other threads or the store know. `node` is the number of this one. */
const presenceReads = (
  store: ReadStore,
  here: ConnectedHere,
  askThreads: AskThreads | undefined,
  node: () => number,
): Pick<Presence, 'online' | 'devices' | 'roomsElsewhere'> => ({
  async online(app, usernames) {
    const known = new Set(here.online(app, usernames))
    const others = usernames.filter((username) => !known.has(username))
    if (others.length === 0) return known
    const elsewhere = askThreads
      ? (await askThreads('online', app, others)).flat()
      : await store.presence.onlineAmong(app, others)
    return new Set([...known, ...elsewhere])
  },

  async devices(app, username) {
    const elsewhere = askThreads
      ? (await askThreads('devices', app, username)).flat()
      : await store.presence.devicesElsewhere(app, username, node())
    return [...here.devices(app, username), ...elsewhere]
  },

  roomsElsewhere: async (app) =>
    askThreads ? (await askThreads('rooms', app)).flat() : store.presence.roomsElsewhere(app, node()),
})

/**
 * Takes a number for this node, and passes it on, again when it was lost: the node was out for longer than its lease.
 */
export async function startPresence(
  { store, commit, here, askThreads, everyone, log, rateLimitedLog }: Given,
  terms: Terms,
  numbered: (node: number) => void,
): Promise<NodePresence> {
  const process = crypto.randomUUID()
  let node = 0
  let changed = new Map<number, Set<string>>()
  let gathering: Promise<void> | undefined

  async function takeNumber(alone = false): Promise<void> {
    node = (await commit(0, theApp, startNode, { process, terms: { ...terms, alone } })).node
    numbered(node)
  }

  const notWritten = rateLimitedLog('who is online could not be written; it is retried')

  function note(app: number, username: string): void {
    const users = changed.get(app) ?? new Set<string>()
    changed.set(app, users.add(username))
    gathering ??= Bun.sleep(gatherMs).then(write)
  }

  async function write(): Promise<void> {
    gathering = undefined
    const writing = changed
    changed = new Map()
    for (const [app, users] of writing) {
      const names = [...users]
      for (let start = 0; start < names.length; start += together) {
        const some = names.slice(start, start + together)
        const those = some.map((username): [string, Device[]] => [username, here.devices(app, username)])
        const came = those.filter(([, devices]) => devices.length > 0)
        const went = those.filter(([, devices]) => devices.length === 0).map(([username]) => username)
        try {
          if (came.length > 0) await commit(app, theApp, arrive, { users: came, node })
          if (went.length > 0)
            await commit(app, theApp, depart, { usernames: went, node, graceMs: terms.graceMs })
        } catch (error) {
          if (isAppGone(error)) continue
          notWritten(error)
          for (const username of some) note(app, username)
        }
      }
    }
  }

  async function renew(): Promise<void> {
    const { isOurs } = await commit(0, theApp, renewNode, { node, process, terms })
    if (isOurs) return
    log.warn({ node }, 'this node was out for too long, and starts again as another one')
    await takeNumber()
    for (const { app, username } of everyone()) note(app, username)
  }

  async function leave(): Promise<void> {
    const due = await store.presence.due(await store.clock.steadyMs(), 1000)
    for (const [app, users] of Map.groupBy(due, (each) => each.app)) {
      for (let start = 0; start < users.length; start += together) {
        const names = users.slice(start, start + together).map(({ username }) => username)
        await commit(app, theApp, leaveOffline, { usernames: names }).catch((error) => {
          if (!isAppGone(error)) throw error
        })
      }
    }
  }

  await takeNumber(terms.alone)
  const stops = [
    every(
      Math.min(terms.leaseMs / 3, limits.nodeSilence.value / 3),
      renew,
      rateLimitedLog('the node could not renew its number'),
    ),
    every(lookMs, leave, rateLimitedLog('users who are offline could not leave their rooms')),
  ]

  return {
    changed: ({ app, username }) => note(app, username),

    ...presenceReads(store, here, askThreads, () => node),

    disconnect: (app, username, resource) => commit(app, theApp, endConnections, { username, resource }),

    async stop() {
      for (const stop of stops) stop()
      await gathering
      await commit(0, theApp, stopNode, { node, graceMs: terms.graceMs }).catch((error) =>
        log.warn({ err: error }, 'the node could not say that it stops'),
      )
    },
  }
}
