import { afterAll, beforeAll, expect, test } from 'bun:test'
import { SQL } from 'bun'
import { type ClusterApp, createApps, type Node, startNode } from './support/cluster.ts'
import { type Postgres, startPostgres } from './support/postgres.ts'
import { type Relay, startRelay } from './support/relay.ts'
import type { Reply } from './support/server.ts'
import { until } from './support/until.ts'

/** How long PostgreSQL is gone under load; `npm run test:outage-long` asks for 30. */
const seconds = Number(process.env.OUTAGE_SECONDS ?? 1)
/** Milliseconds; a request has its response by then, with some more for a slow machine. */
const deadline = 1000
const margin = 4000

const notDone = 'the store does not answer; nothing was changed, try again'
const unknown =
  'the store did not confirm the change: it may have been made or not; read it back before you try again'

if (!process.env.TEST_DATABASE_URL) {
  console.log('No outage was tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  let postgres: Postgres
  let relay: Relay
  let node: Node
  let app: ClusterApp
  beforeAll(async () => {
    postgres = await startPostgres(['max_connections=40', 'superuser_reserved_connections=3'])
    relay = await startRelay(postgres.port)
    const admin = new SQL(postgres.url('postgres'), { max: 1 })
    await admin`create role plain login`
    await admin`create database rooms owner plain`
    await admin.close()
    const url = postgres.url('rooms').replace('chatroomd@', 'plain@')
    node = await startNode(url.replace(String(postgres.port), String(relay.port)), {
      CHATROOMD_DATABASE_TIMEOUT: String(deadline),
      CHATROOMD_DATABASE_POOL: '8',
      CHATROOMD_LOG_LEVEL: 'info',
    })
    app = (await createApps(url, [node], ['acme#lounge'], () => ({})))[0] as ClusterApp
    await app.call(0, 'POST', '/users', [{ username: 'alice' }])
  })
  afterAll(async () => {
    await node.stop()
    relay.close()
    await postgres.remove()
  })

  const ready = async (): Promise<number> => (await fetch(`${node.url}/health/ready`)).status
  const create = (name = 'r') => app.call(0, 'POST', '/chatrooms', { name, description: 'd', owner: 'alice' })
  const rooms = async (): Promise<string[]> => {
    const ids: string[] = []
    let cursor = ''
    do {
      const { body } = await app.call(0, 'GET', `/chatrooms?limit=1000&cursor=${cursor}`)
      ids.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.cursor ?? ''
    } while (cursor !== '')
    return ids
  }

  /** The call's response, which must be a success or a proper 503 within the deadline. */
  async function inTime(call: () => Promise<Reply>): Promise<Reply> {
    const started = performance.now()
    const reply = await call()
    expect(performance.now() - started).toBeLessThan(deadline + margin)
    if (reply.status === 200) return reply
    expect(reply.status).toBe(503)
    expect(reply.headers.get('retry-after')).toBe('1')
    expect(reply.body).toMatchObject({ error: 'service_unavailable' })
    expect([notDone, unknown]).toContain(reply.body.error_description)
    return reply
  }

  /** Creates and reads rooms from 16 clients while `trouble` goes on; then compares the responses with what is stored. */
  async function underLoad(trouble: () => Promise<void>): Promise<void> {
    const before = new Set(await rooms())
    const acknowledged: string[] = []
    let uncertain = 0
    let stopped = false
    const clients = Array.from({ length: 16 }, async () => {
      while (!stopped) {
        const { status, body } = await inTime(create)
        if (status === 200) {
          acknowledged.push(body.data.id)
          await inTime(() => app.call(0, 'GET', `/chatrooms/${body.data.id}`))
        } else {
          if (body.error_description === unknown) uncertain += 1
          await Bun.sleep(5)
        }
      }
    })
    await until(async () => acknowledged.length > 0)
    await trouble()
    await until(async () => (await ready()) === 200)
    const resumed = acknowledged.length
    await until(async () => acknowledged.length > resumed)
    stopped = true
    await Promise.all(clients)

    const there = (await rooms()).filter((id) => !before.has(id))
    expect(there).toEqual(expect.arrayContaining(acknowledged))
    expect(there.length - acknowledged.length).toBeLessThanOrEqual(uncertain)
  }

  const patience = 60_000 + seconds * 2000

  for (const how of ['fast', 'immediate'] as const) {
    test(
      `PostgreSQL ${how === 'fast' ? 'stopped' : 'killed'} under load: 503 until it is back, nothing acknowledged is lost`,
      () =>
        underLoad(async () => {
          await postgres.halt(how)
          await until(async () => (await ready()) === 503)
          await Bun.sleep(seconds * 1000)
          expect(await ready()).toBe(503)
          expect((await inTime(create)).status).toBe(503)
          await postgres.start()
        }),
      patience,
    )
  }

  test(
    'PostgreSQL restarted under load: the service resumes by itself',
    async () => {
      await underLoad(async () => {
        await postgres.halt('fast')
        await postgres.start()
      })
    },
    patience,
  )

  test(
    'PostgreSQL that stands still under load: 503 within the deadline until it goes on',
    async () => {
      await underLoad(async () => {
        postgres.freeze(true)
        await until(async () => (await ready()) === 503)
        expect((await inTime(create)).status).toBe(503)
        postgres.freeze(false)
      })
    },
    patience,
  )

  test(
    'no connection to be had: 503 until there is one',
    async () => {
      const superuser = new SQL(postgres.url('rooms'), { max: 1 })
      await underLoad(async () => {
        await superuser`alter role plain connection limit 0`
        await superuser`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'plain'`
        await until(async () => (await ready()) === 503)
        await superuser`alter role plain connection limit -1`
      })
      await superuser.close()
    },
    patience,
  )

  test(
    'what waits too long for a lock is given up, and is not done later',
    async () => {
      const before = await rooms()
      const superuser = new SQL(postgres.url('rooms'), { max: 1 })
      await superuser.begin(async (tx) => {
        await tx`lock table rooms in access exclusive mode`
        const calls = [create, create, () => app.call(0, 'GET', '/chatrooms')].map(inTime)
        for (const { status, body } of await Promise.all(calls)) {
          expect([status, body.error_description]).toEqual([503, notDone])
        }
      })
      await superuser.close()
      expect(await rooms()).toEqual(before)
      expect((await create()).status).toBe(200)
    },
    patience,
  )

  for (const when of ['before', 'after'] as const) {
    test(
      `a connection lost ${when} the commit arrived: the outcome is reported as unknown, never as done`,
      async () => {
        const before = await rooms()
        // Other transactions go on beside it: its own is the one that has the name of the room.
        const cut = relay.cutAt('COMMIT', when, 'a room that is cut off')
        const { status, body } = await inTime(() => create('a room that is cut off'))
        await cut
        expect([status, body.error_description]).toEqual([503, unknown])
        await until(async () => (await ready()) === 200)
        expect((await rooms()).length - before.length).toBe(when === 'before' ? 0 : 1)
      },
      patience,
    )
  }
}
