import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterApp, createApps, type Node, startNode } from './support/cluster.ts'
import { aDatabase, type TestDatabase } from './support/database.ts'
import { freePort, listens } from './support/ports.ts'

const available = Bun.which('pgbouncer') !== null

if (!process.env.TEST_DATABASE_URL || !available) {
  const missing = available ? 'no TEST_DATABASE_URL' : 'pgbouncer is not installed (.ci/run installs it)'
  console.log(`PgBouncer was not tested: ${missing}.`)
} else {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-pgbouncer-'))
  let database: TestDatabase
  let pooler: ChildProcess
  let nodes: Node[]
  let app: ClusterApp

  beforeAll(async () => {
    database = (await aDatabase()) as TestDatabase
    const server = new URL(database.url)
    const port = await freePort()
    const config = join(dir, 'pgbouncer.ini')
    writeFileSync(join(dir, 'users.txt'), '"chatroomd" ""\n')
    // Three connections for eight of two servers: nobody holds one between transactions.
    writeFileSync(
      config,
      `[databases]
rooms = host=127.0.0.1 port=${server.port} dbname=${server.pathname.slice(1)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(dir, 'users.txt')}
pool_mode = transaction
default_pool_size = 3
`,
    )
    // It refuses to run as root.
    const asRoot = process.getuid?.() === 0
    if (asRoot) chownSync(dir, 65_534, 65_534)
    pooler = spawn('pgbouncer', ['-q', config], {
      ...(asRoot ? { uid: 65_534, gid: 65_534 } : {}),
      stdio: 'ignore',
    })
    while (!(await listens(port))) await Bun.sleep(20)
    const url = `postgres://chatroomd@127.0.0.1:${port}/rooms?pgbouncer=true`
    const start = () => startNode(url, { CHATROOMD_DATABASE_POOL: '8' })
    nodes = await Promise.all([start(), start()])
    const made = await createApps(url, nodes, ['acme#lounge'], () => ({ rooms: 200, roomsPerUser: 30 }))
    app = made[0] as ClusterApp
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    pooler.kill()
    await database.remove()
    rmSync(dir, { recursive: true })
  })

  test('two nodes behind PgBouncer in transaction mode serve every kind of call, many at once', async () => {
    const people = Array.from({ length: 20 }, (_, n) => `user-${n}`)
    await app.call(
      0,
      'POST',
      '/users',
      people.map((username) => ({ username })),
    )
    const rooms = Array.from({ length: 100 }, async (_, n) => {
      const call = (method: string, path: string, body?: unknown) => app.call(n, method, path, body)
      const [owner, member, other] = [people[n % 20], people[(n + 1) % 20], people[(n + 2) % 20]]
      const draft = { name: `room ${n}`, description: 'd', owner, members: [member], custom: '{"a":[1]}' }
      const { status, body } = await call('POST', '/chatrooms', draft)
      expect([status, body.error_description]).toEqual([200, undefined])
      const path = `/chatrooms/${body.data.id}`
      const statuses = [
        await call('POST', `${path}/users/${other}`),
        await call('PUT', path, { name: `renamed ${n}`, maxusers: 5 }),
        await call('PUT', path, { newowner: member }),
        await call('DELETE', `${path}/users/${other}`),
        await call('GET', `/users/${owner}/joined_chatrooms`),
        await call('GET', '/chatrooms?limit=5'),
      ].map((reply) => reply.status)
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200])
      const { data } = (await app.call(n + 1, 'GET', path)).body
      expect(data).toMatchObject({ name: `renamed ${n}`, owner: member, affiliations_count: 2 })
      if (n % 2 === 0) expect((await call('DELETE', path)).status).toBe(200)
    })
    await Promise.all(rooms)
    expect((await app.call(0, 'GET', '/chatrooms?limit=1000')).body.count).toBe(50)
    expect((await app.call(1, 'DELETE', '/users/user-0')).status).toBe(200)
  })
}
