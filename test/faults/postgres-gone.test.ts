import { afterAll, beforeAll, expect, test } from 'bun:test'
import { SQL } from 'bun'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { aDirectory, chatroomd, serves } from '../support/process.ts'

if (!process.env.TEST_DATABASE_URL) {
  console.log('PostgreSQL did not go away: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  let postgres: Postgres
  const { dir, remove } = aDirectory()
  beforeAll(async () => {
    postgres = await startPostgres([])
    const admin = new SQL(postgres.url('postgres'), { max: 1 })
    await admin`create database rooms`
    await admin`create database half`
    await admin`create database other`
    await admin.close()
  })
  afterAll(async () => {
    await postgres.remove()
    remove()
  })

  const serving = (database: string) => ({
    cwd: dir,
    env: {
      CHATROOMD_APPS: 'acme#lounge:id:secret',
      CHATROOMD_DATABASE_URL: postgres.url(database),
      CHATROOMD_DATABASE_TIMEOUT: '500',
    },
  })

  test('10.12 a half-imported database on PostgreSQL refuses to start, and starts when the import was dropped', async () => {
    await (await serves(serving('half'))).end('SIGTERM')
    const sql = new SQL(postgres.url('half'), { max: 1 })
    await sql`create table import_place (id text not null, place bigint not null)`
    for (const command of [
      ['serve', '--port', '0'],
      ['app', 'list'],
    ]) {
      const { err, code } = await chatroomd(command, serving('half'))
      expect([command, code]).toEqual([command, 1])
      expect(err).toContain('an import into this store was begun and not finished')
    }
    await sql`drop table import_place`
    await sql.close()
    expect(await (await serves(serving('half'))).end('SIGTERM')).toBe(0)
  }, 20_000)

  test('17.3 commands make no store in a database that has none, and say which it is', async () => {
    for (const command of ['app list', 'room list a#b', 'export all', 'doctor']) {
      const { out, err, code } = await chatroomd(command.split(' '), serving('other'))
      expect([code, out]).toEqual([1, ''])
      expect(err).toMatch(/^chatroomd: there is no data in PostgreSQL at \S+\/other\. Name the database/)
    }
    const sql = new SQL(postgres.url('other'), { max: 1 })
    expect(await sql`select 1 from information_schema.tables where table_schema = 'public'`).toHaveLength(0)
    await sql.close()
  }, 20_000)

  test('10.28 while PostgreSQL goes away and comes back, standard output has JSON lines alone', async () => {
    const served = await serves(serving('rooms'))
    const ready = async () => (await fetch(`${served.url}/health/ready`)).status
    const app = `${served.url}/acme/lounge`
    const grant = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
    const answer = await fetch(`${app}/token`, { method: 'POST', body: JSON.stringify(grant) })
    const { access_token } = (await answer.json()) as { access_token: string }
    let loaded = true
    let users = 0
    const load = async () => {
      while (loaded) {
        users += 1
        const body = JSON.stringify({ username: `user${users}` })
        await fetch(`${app}/users`, {
          method: 'POST',
          headers: { authorization: `Bearer ${access_token}` },
          body,
        })
      }
    }
    const loads = Array.from({ length: 8 }, load)
    for (const how of ['fast', 'immediate'] as const) {
      const sofar = users
      while (users < sofar + 50) await Bun.sleep(5)
      await postgres.halt(how)
      while ((await ready()) !== 503) await Bun.sleep(20)
      await postgres.start()
      while ((await ready()) !== 200) await Bun.sleep(20)
    }
    loaded = false
    await Promise.all(loads)
    expect(await served.end('SIGTERM')).toBe(0)
    for (const line of served.out().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level')
    expect(served.errors()).toBe('')
  }, 20_000)
}
