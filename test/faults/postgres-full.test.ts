import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chownSync, closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { SQL } from 'bun'
import { refusal } from '../support/bodies.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { aDirectory, chatroomd, type Served, serves } from '../support/process.ts'
import { smallDisk } from '../support/small-disk.ts'

if (!process.env.TEST_DATABASE_URL) {
  console.log('PostgreSQL was not full: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  let postgres: Postgres
  const { dir, remove } = aDirectory()
  const disk = aDirectory()
  const mounted = smallDisk(disk.dir, '24m')

  beforeAll(async () => {
    postgres = await startPostgres([])
  })
  afterAll(async () => {
    await postgres.remove()
    mounted?.remove()
    disk.remove()
    remove()
  })

  /** Runs statements on a database of the server. */
  async function run(database: string, ...statements: string[]): Promise<Record<string, string>> {
    const sql = new SQL(postgres.url(database), { max: 1 })
    let rows: Record<string, string>[] = []
    for (const statement of statements) rows = await sql.unsafe(statement)
    await sql.close()
    return rows[0] ?? {}
  }

  const serving = (database: string) => ({
    cwd: dir,
    env: { CHATROOMD_APPS: 'acme#lounge:id:secret', CHATROOMD_DATABASE_URL: postgres.url(database) },
  })
  const health = async ({ url }: Served) => [
    (await fetch(`${url}/health/ready`)).status,
    (await (await fetch(`${url}/metrics`)).text()).match(/store_up\{.* (\d)/)?.[1],
  ]

  async function caller({ url }: Served) {
    const app = `${url}/acme/lounge`
    const login = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
    const got = await fetch(`${app}/token`, { method: 'POST', body: JSON.stringify(login) })
    const { access_token } = (await got.json()) as { access_token: string }
    const headers = { authorization: `Bearer ${access_token}` }
    return async (method: string, path: string, body?: unknown) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await fetch(app + path, { method, headers, ...sent })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
  }

  const draft = { name: 'n', description: 'd', owner: 'alice', custom: 'x'.repeat(200) }
  const nothingDone = refusal(
    'service_unavailable',
    'the store does not answer; nothing was changed, try again',
  )

  test('10.25 a PostgreSQL that takes no writes: not ready, "nothing was changed", reads go on; ready again by itself', async () => {
    await run('postgres', 'create database rooms')
    const served = await serves(serving('rooms'))
    const call = await caller(served)
    await call('POST', '/users', [{ username: 'alice' }])
    expect((await call('POST', '/chatrooms', draft)).status).toBe(200)
    expect(await health(served)).toEqual([200, '1'])

    const readOnly = (value: string) =>
      run(
        'postgres',
        'set default_transaction_read_only = off',
        `alter system set default_transaction_read_only = ${value}`,
        'select pg_reload_conf()',
      )
    await readOnly('on')
    for (
      let reply = await call('POST', '/chatrooms', draft);
      ;
      reply = await call('POST', '/chatrooms', draft)
    ) {
      if (reply.status === 200) continue
      expect(reply).toEqual({ status: 503, body: nothingDone as never })
      break
    }
    expect(await health(served)).toEqual([503, '0'])
    expect((await call('GET', '/chatrooms')).status).toBe(200)

    await readOnly('off')
    while ((await health(served))[0] !== 200) await Bun.sleep(20)
    expect((await call('POST', '/chatrooms', draft)).status).toBe(200)
    await served.end('SIGTERM')
  }, 30_000)

  test.skipIf(!mounted)(
    '10.25 a disk that is full under PostgreSQL: the same, and one line in the log',
    async () => {
      // Whoever may mount is root, and PostgreSQL is then run by nobody.
      chownSync(disk.dir, 65_534, 65_534)
      await run('postgres', `create tablespace small location '${disk.dir}'`)
      await run('postgres', 'create database small tablespace small')
      const served = await serves(serving('small'))
      const call = await caller(served)
      await call('POST', '/users', [{ username: 'alice' }])
      const ballast = join(disk.dir, 'ballast')
      Bun.spawnSync(['dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stderr: 'ignore' })
      let refusals = 0
      for (let n = 0; refusals < 20; n += 1) {
        const reply = await call('POST', '/chatrooms', { ...draft, custom: crypto.randomUUID().repeat(200) })
        if (reply.status === 200) continue
        expect(reply).toEqual({ status: 503, body: nothingDone as never })
        expect((await call('GET', `/chatrooms?limit=1&cursor=&n=${n}`)).status).toBe(200)
        refusals += 1
      }
      expect(await health(served)).toEqual([503, '0'])
      const lines = served
        .out()
        .split('\n')
        .filter((line) => line.includes('nothing was changed'))
      expect(lines).toHaveLength(1)
      Bun.spawnSync(['rm', ballast])
      expect(await health(served)).toEqual([200, '1'])
      expect((await call('POST', '/chatrooms', draft)).status).toBe(200)
      await served.end('SIGTERM')
    },
    30_000,
  )

  test('10.38 data that PostgreSQL finds damaged are reported as damage, while reading and at the start', async () => {
    await run('postgres', 'create database broken')
    const first = await serves(serving('broken'))
    const call = await caller(first)
    await call('POST', '/users', [{ username: 'alice' }])
    await call('POST', '/chatrooms', draft)
    await first.end('SIGTERM')

    const damage = async (table: string) => {
      const { file = '' } = await run(
        'broken',
        'checkpoint',
        `select current_setting('data_directory') || '/' || pg_relation_filepath('${table}') as file`,
      )
      await postgres.halt('fast')
      const opened = openSync(file, 'r+')
      writeSync(opened, Buffer.alloc(4000, 0xa5), 0, 4000, 200)
      closeSync(opened)
      await postgres.start()
    }
    await damage('rooms')
    const served = await serves(serving('broken'))
    const reply = await (await caller(served))('GET', '/chatrooms')
    expect(reply).toEqual({
      status: 503,
      body: refusal(
        'service_unavailable',
        'the data of the server are damaged; its operator must restore a backup',
      ) as never,
    })
    await served.prints('PostgreSQL has found its data damaged')
    await served.end('SIGTERM')

    await damage('apps')
    const { err, code } = await chatroomd(['serve', '--port', '0'], serving('broken'))
    expect(code).toBe(1)
    expect(err).toContain('PostgreSQL has found its data damaged')
    expect(err).toContain('restore a backup of the database')
  }, 30_000)
}
