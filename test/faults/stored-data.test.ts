import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { refusal } from '../support/bodies.ts'
import { chatroomd, directoryPerTest, type Served, serves } from '../support/process.ts'
import { callsOn, appsSetting as env } from '../support/served-app.ts'

let dir: string
directoryPerTest((made) => {
  dir = made
})

const draft = { name: 'n', description: 'd', owner: 'alice' }

const ready = async ({ url }: Served): Promise<number> => (await fetch(`${url}/health/ready`)).status
describe('10.13 secrets on disk', () => {
  test('in a directory that others can read are warned about', async () => {
    mkdirSync(join(dir, 'data'), { mode: 0o755 })
    const served = await serves({ cwd: dir, env })
    await served.end('SIGTERM')
    expect(served.printed()).toContain('"msg":"other users can look into the data directory')
  })
})

test('10.12 a store whose import was not finished refuses to start, until the import is finished', async () => {
  const served = await serves({ cwd: dir, env })
  const { call } = await callsOn(served.url)
  await call('POST', '/users', [{ username: 'alice' }, { username: 'bob' }])
  await call('POST', '/chatrooms', draft)
  expect((await chatroomd(['export', 'all.ndjson'], { cwd: dir })).code).toBe(0)
  await served.end('SIGTERM')

  const options = { cwd: dir, env: { CHATROOMD_DATA_DIR: 'half' } }
  const { id } = JSON.parse(readFileSync(join(dir, 'all.ndjson'), 'utf8').split('\n')[0] ?? '') as {
    id: string
  }
  const other = await serves(options)
  await other.end('SIGTERM')
  // What an import leaves that was cut off before its first rows were stored.
  const store = new Database(join(dir, 'half/chatroomd.db'))
  store.run('create table import_place (id text not null, place bigint not null)')
  store.run('insert into import_place values (?1, 0)', [id])
  store.close()

  for (const command of [
    ['serve', '--port', '0'],
    ['app', 'list'],
    ['export', 'again.ndjson'],
  ]) {
    const { err, code } = await chatroomd(command, options)
    expect([command, code]).toEqual([command, 1])
    expect(err).toContain('an import into this store was begun and not finished. Run "chatroomd import FILE"')
  }
  expect((await chatroomd(['import', 'all.ndjson'], options)).code).toBe(0)
  const whole = await serves(options)
  expect((await (await callsOn(whole.url)).call('GET', '/users/bob')).status).toBe(200)
  await whole.end('SIGTERM')
}, 60_000)

describe('10.38 damaged data', () => {
  const damage = refusal(
    'service_unavailable',
    'the data of the server are damaged; its operator must restore a backup',
  )

  /** Damages the file from one place on, up to what is left alone at its end. */
  const overwrite = (from: number, left = 0) => {
    const path = join(dir, 'data/chatroomd.db')
    const bytes = readFileSync(path)
    bytes.fill(0xa5, from, bytes.length - left)
    writeFileSync(path, bytes)
  }

  test('at the start are reported as damage, with what to do', async () => {
    const served = await serves({ cwd: dir, env })
    await served.end('SIGTERM')
    overwrite(100)
    const { err, code } = await chatroomd(['serve', '--port', '0'], { cwd: dir, env })
    expect(code).toBe(1)
    expect(err).toContain('the file data/chatroomd.db is damaged or no database')
    expect(err).toContain('put a backup in its place')
  })

  test('in the file of the history are reported as damage, once, and calls get 503', async () => {
    mkdirSync(join(dir, 'data'), { mode: 0o700 })
    writeFileSync(join(dir, 'data/messages.db'), new Uint8Array(20_000).fill(0xa5))
    const served = await serves({ cwd: dir, env })
    const { call } = await callsOn(served.url)
    await call('POST', '/users', { username: 'alice' })
    const created = await call<{ data: { id: string } }>('POST', '/chatrooms', draft)
    const room = created.body.data.id
    const message = { from: 'alice', to: [room], type: 'txt', body: { msg: 'hello' } }
    expect((await call('POST', '/messages/chatrooms', message)).status).toBe(200)
    await served.prints('the file data/messages.db is damaged or no database')
    const asked = { queue: `${room}@conference.easemob.com`, start: -1, end: 20 }
    const answer = await call('POST', '/users/alice/messageroaming', asked)
    expect([answer.status, answer.body]).toEqual([503, damage])
    expect(served.out().match(/could not be stored in the history/g)).toHaveLength(1)
    await served.end('SIGTERM')
  })

  test('while reading are refused with 503 as damage, and the server is not ready', async () => {
    const first = await serves({ cwd: dir, env })
    const { call } = await callsOn(first.url)
    const users = Array.from({ length: 60 }, (_, n) => ({ username: `user${n}` }))
    await call('POST', '/users', users)
    for (let n = 0; n < 200; n += 1)
      await call('POST', '/chatrooms', { ...draft, owner: 'user0', custom: 'x'.repeat(8000) })
    await first.end('SIGTERM')
    // Not the first pages of the tables, nor the latest events: both are read at the start.
    overwrite(700_000, 300_000)
    const served = await serves({ cwd: dir, env })
    const damaged = await callsOn(served.url)
    const answer = await damaged.call('GET', '/chatrooms?limit=1000')
    expect([answer.status, answer.body]).toEqual([503, damage])
    expect(await ready(served)).toBe(503)
    await served.prints('is damaged or no database')
    await served.end('SIGTERM')
  })
})
