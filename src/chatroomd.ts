import type { Logger } from 'pino'
import { startAdmin } from './admin.ts'
import type { AppRecord } from './apps/app.ts'
import { tokenChecker } from './apps/tokens.ts'
import type { Config } from './config.ts'
import { openEngine } from './engine.ts'
import { roomCache } from './http/room-cache.ts'
import { httpServer } from './http/server.ts'
import { login } from './users/login.ts'
import { passwords } from './users/passwords.ts'
import { nobodyOnline } from './users/presence.ts'

/** A server that listens. */
export interface Chatroomd {
  url: string
  /** Stops accepting, finishes what is in flight (at most `grace` ms), closes the store. */
  stop(grace?: number): Promise<void>
}

/** Puts the parts together and listens. Fails, with what to do about it, when it cannot. */
export async function startChatroomd(config: Config, log: Logger): Promise<Chatroomd> {
  const cache = roomCache()
  let apps = new Map<string, AppRecord>()
  const loadApps = async () => {
    const all = await engine.store.apps.listApps()
    apps = new Map(all.map((app) => [`${app.org}/${app.name}`, app]))
  }

  const engine = await openEngine(config, (events) => {
    for (const event of events) {
      cache.hear(event)
      users.hear(event)
    }
    return events.some(({ type }) => type === 'app.changed') ? loadApps() : undefined
  })
  const work = passwords()
  const users = login({
    store: engine.store,
    checkToken: tokenChecker(),
    passwords: work,
    now: Date.now,
  })
  await loadApps()
  const admin = await startAdmin(engine, config, log)

  const http = httpServer(
    {
      store: engine.store,
      commit: engine.commit,
      login: users,
      passwords: work,
      presence: nobodyOnline,
      cache,
      findApp: (org, name) => apps.get(`${org}/${name}`),
      check: engine.check,
      now: Date.now,
    },
    log,
  ).compile()

  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request) => http.fetch(request),
    idleTimeout: 60,
  })
  const url = `http://${config.host}:${server.port}`
  log.info({ url, store: engine.kind }, 'listening')

  return {
    url,
    async stop(grace = 10_000) {
      const deadline = Date.now() + grace
      const stopped = server.stop()
      while (server.pendingRequests > 0 && Date.now() < deadline) await Bun.sleep(10)
      await Promise.race([stopped, server.stop(true)])
      await admin.stop()
      await engine.close()
      log.info('stopped')
    },
  }
}
