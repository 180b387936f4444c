import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SQL } from 'bun'
import { type Config, readConfig } from '../../src/config.ts'
import { withAdmin } from '../../src/operator/admin.ts'
import { examine, type Result } from '../../src/operator/doctor/examine.ts'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'
import { callsOn, appsSetting as env } from '../support/served-app.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

setDefaultTimeout(60_000)

const isSqlite = !process.env.TEST_DATABASE_URL

let server: TestServer
let app: TestApp
let config: Config
let room: string
let file: string

/** Runs a statement past the server. */
async function sql(statement: string): Promise<Record<string, unknown>[]> {
  if (!isSqlite) {
    const client = new SQL(server.databaseUrl, { max: 1 })
    return client.unsafe(statement).finally(() => client.close())
  }
  const file = new Database(join(server.dir, 'chatroomd.db'))
  try {
    file.run('pragma busy_timeout = 10000')
    return file.query(statement).all() as Record<string, unknown>[]
  } finally {
    file.close()
  }
}

async function shareFile(): Promise<string> {
  const body = new FormData()
  body.append('file', new File(['hello'], 'a.txt'))
  const headers = { authorization: `Bearer ${app.token}` }
  const response = await fetch(`${app.url}/chatrooms/${room}/share_files`, { method: 'POST', headers, body })
  return ((await response.json()) as { data: { file_id: string } }).data.file_id
}

const foundIn = (results: Result[]) =>
  Object.fromEntries(results.filter(({ found }) => found > 0).map(({ check, found }) => [check, found]))
const find = async () => foundIn(await examine(config))
const repair = async () => withAdmin(config, (admin) => examine(config, admin))

beforeAll(async () => {
  server = await aServer()
  config = readConfig({ data_dir: server.dir, database_url: server.databaseUrl }, {}, '')
  app = await server.app('doctor#app', { rooms: 1000, users: 2000 })
  await server.app('doctor#other')
  await app.register('alice', 'bob', 'carol')
  room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  await app.call('POST', `/chatrooms/${room}/mute`, { usernames: ['bob'], mute_duration: -1 })
  await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'bob' })
  await app.call('PUT', `/metadata/chatroom/${room}/user/bob`, { metaData: { mood: 'calm' } })
  file = await shareFile()
  for (const name of ['one', 'two'])
    await app.call('POST', '/callbacks', { name, url: 'https://example.com/', events: ['message.sent'] })
  const lists = '/moderation/keyword_lists'
  const { body } = await app.call('POST', lists, { name: 'list', action: 'refuse' })
  await app.call('POST', `${lists}/${body.data.id}/words`, { words: ['durian'] })
  // A room that can still be restored leaves rows behind, and they are no findings.
  const gone = await app.room({ owner: 'alice', members: ['bob'] })
  await app.call('POST', `/chatrooms/${gone}/mute`, { usernames: ['bob'], mute_duration: -1 })
  await app.call('DELETE', `/chatrooms/${gone}`)
})
afterAll(() => server.stop())

const future = 9_000_000_000_000_000

describe('14.9 the doctor', () => {
  const breaks: [found: Record<string, number>, statements: (room: string) => string[]][] = [
    [
      // a wrong number of members
      { 'rooms.members': 1 },
      (id) => [`update rooms set member_count = 7 where id = '${id}'`],
    ],
    [
      // members of no room and of no user
      { 'orphans.members': 2, 'rooms.members': 1 },
      (id) => [
        `insert into members (app, room, username, joined) values (1, 'nowhere', 'bob', 1), (1, '${id}', 'ghost', 1)`,
      ],
    ],
    [
      // a mute of no user
      { 'orphans.mutes': 1 },
      (id) => [`insert into mutes (app, room, username, expires) values (1, '${id}', 'ghost', 1)`],
    ],
    [
      // a block in no room
      { 'orphans.blocks': 1 },
      () => [`insert into blocks (app, room, username) values (1, 'nowhere', 'bob')`],
    ],
    [
      // an attribute in no room
      { 'orphans.attributes': 1 },
      () => [`insert into attributes values (1, 'nowhere', 'mood', 'calm', 'bob', 0)`],
    ],
    [
      // a pin in no room
      { 'orphans.pins': 1 },
      () => [`insert into pins values (1, 'nowhere', 1, 'bob', 1, 'bob', 1, '')`],
    ],
    [
      // a shared file in no room, which is lost, too
      { 'orphans.room_files': 1 },
      () => [`insert into room_files values (1, 'nowhere', 1, 'x', 'n', 'bob', 1, 's')`],
    ],
    [
      // a shared file without its bytes
      { files: 1 },
      (id) => [`insert into room_files values (1, '${id}', ${Date.now()}, 'lost', 'n', 'bob', 1, 's')`],
    ],
    [
      // a note that an owner has left that is there
      { 'orphans.absent_owners': 1 },
      (id) => [`insert into absent_owners values (1, '${id}', 'alice')`],
    ],
    [
      // an owner that is not there, without a note
      { 'rooms.absent_owner': 1, 'rooms.members': 1 },
      (id) => [`delete from members where room = '${id}' and username = 'alice'`],
    ],
    [
      // what no user is
      { 'orphans.user_attributes': 1, 'orphans.super_admins': 1, 'orphans.app_mutes': 1 },
      () => [
        `insert into user_attributes values (1, 'ghost', 'nickname', 'G')`,
        `insert into super_admins values (1, 'ghost', 1)`,
        `insert into app_mutes values (1, 'ghost', 'chat', 1)`,
      ],
    ],
    [
      // what is of no callback rule
      { 'orphans.callback_state': 1, 'orphans.callback_log': 1, 'orphans.callback_queue': 1 },
      () => [
        `insert into callback_state (app, rule, at, room, number, epoch, holder, expires) values (1, 'x', 1, '', 0, 0, '', 0)`,
        `insert into callback_log values (1, 'x', 1, 1, '', '', '', '', 1, 1, '', 1, '', '')`,
        `insert into callback_queue values (1, 'x', 1, '', 1, null, 1, '', '', 1, 1, '', '')`,
      ],
    ],
    [
      // a callback rule without a position
      { 'callbacks.state': 1 },
      () => [`delete from callback_state where rule = (select max(id) from callbacks)`],
    ],
    [
      // what callbacks need, which they do not
      { 'apps.callbacks': 1 },
      () => [`update apps set callbacks = 4 where id = 1`],
    ],
    [
      // rooms that nobody records
      { 'apps.recorded': 1 },
      () => [`update apps set recorded = 'x' where id = 1`],
    ],
    [
      // wrong counts of keywords
      { 'keyword_lists.words': 1 },
      () => [`update keyword_lists set words = 5`],
    ],
    [
      // keywords of no list
      { 'orphans.keywords': 1 },
      () => [`insert into keywords values (1, 'x', 'w', 'w', 'w', 0)`],
    ],
    [
      // rows of no app
      { 'orphans.apps': 2 },
      () => [
        `insert into retries values (99, '', 'k', '', null, 1)`,
        `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created)
         values (99, 'r', '', '', '', 1, 'x', 0, 0, 1)`,
      ],
    ],
    [
      // a lost quota
      { quotas: 1 },
      () => [`delete from quotas where kind = 'users'`],
    ],
    [
      // a quota that has counted wrongly
      { quotas: 1 },
      () => [`update quotas set remaining = remaining + 1 where kind = 'rooms' and slot = 0`],
    ],
    [
      // a missing index
      { indexes: 1 },
      () => [`drop index members_by_user`],
    ],
    [
      // positions beyond the end of the log
      { 'events.callbacks': 1, 'events.recorded': 1, 'events.removed': 1 },
      () => [
        `update callback_state set at = ${future} where rule = (select min(id) from callbacks)`,
        `insert into recorded_rooms values (1, '', 0, ${future}, 1)`,
        `insert into removed_events values (2, 0, ${future}, '', 0)`,
      ],
    ],
    [
      // an event of which the first part is gone
      { 'events.gap': 1 },
      () => [
        `insert into events (app, at, room, number, operator, operation, type, data)
         values (1, ${Date.now() * 1000}, '', 1, '', 'x', 'user.changed', '{}')`,
      ],
    ],
    [
      // an id that would be given again
      { 'rooms.id': 1 },
      () => [
        `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created)
         values (1, '999999999999999', '', '', '', 1, 'alice', 1, 0, 1)`,
        `insert into members (app, room, username, joined) values (1, '999999999999999', 'alice', 1)`,
        `update quotas set remaining = remaining - 1 where kind = 'rooms' and slot = 0`,
      ],
    ],
    ...(isSqlite
      ? []
      : ([
          [
            // events of a restored dump
            { 'events.position': 1 },
            () => [
              `update events set xid = 9000000000000000 where (at, room, number) = (select at, room, number from events where number = 0 limit 1)`,
            ],
          ],
        ] as [Record<string, number>, () => string[]][])),
  ]

  test('finds nothing in a sound store, each way in which one can be wrong, and mends exactly that', async () => {
    expect(await find()).toEqual({})
    const expected: Record<string, number> = {}
    for (const [found, statements] of breaks) {
      const id = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
      for (const statement of statements(id)) await sql(statement)
      for (const [check, count] of Object.entries(found)) expected[check] = (expected[check] ?? 0) + count
    }
    expect(await find()).toEqual(expected)
    const mended = await repair()
    expect(mended.filter((each) => each.found !== each.mended)).toEqual([])
    expect(await find()).toEqual({})
  })

  test('leaves an owner that is no user to a person', async () => {
    const id = await app.room({ owner: 'alice' })
    await sql(`update rooms set owner = 'ghost' where id = '${id}'`)
    expect(await find()).toEqual({ 'rooms.owner': 1 })
    expect(foundIn(await repair())).toEqual({ 'rooms.owner': 1 })
    expect(await find()).toEqual({ 'rooms.owner': 1 })
    await app.call('DELETE', `/chatrooms/${id}`)
    expect(await find()).toEqual({})
  })

  test('finds files that somebody has removed', async () => {
    rmSync(join(server.dir, 'files', '1', file))
    expect(readdirSync(join(server.dir, 'files', '1'))).not.toContain(file)
    expect(await find()).toEqual({ files: 1 })
    await repair()
    expect((await app.call('GET', `/chatrooms/${room}/share_files`)).body.data).toEqual([])
    expect(await find()).toEqual({})
  })
})

test('14.9 after a repair a running server shows what is so', async () => {
  const details = async () => (await app.call('GET', `/chatrooms/${room}`)).body.data.affiliations_count
  const right = await details()
  await sql(`update rooms set member_count = 77 where id = '${room}'`)
  await app.call('PUT', `/chatrooms/${room}`, { name: 'other' })
  for (let n = 0; n < 3; n++) expect(await details()).toBe(77)
  await repair()
  expect(await details()).toBe(right)
})

describe.if(isSqlite)('"chatroomd doctor"', () => {
  let dir: string
  directoryPerTest((made) => {
    dir = made
  })
  const run = (...args: string[]) => chatroomd(['doctor', ...args], { cwd: dir })

  /** Makes one row of an index, in the first place of its page, another than its table has. */
  function damage(): void {
    const path = join(dir, 'data/chatroomd.db')
    const file = new Database(path)
    file.run('pragma wal_checkpoint(truncate)')
    const { rootpage } = file
      .query(`select rootpage from sqlite_master where name = 'rooms_by_owner'`)
      .get() as { rootpage: number }
    const { page_size: size } = file.query('pragma page_size').get() as { page_size: number }
    file.close()
    const bytes = readFileSync(path)
    const at = bytes.indexOf('alice', (rootpage - 1) * size)
    expect(Math.floor(at / size)).toBe(rootpage - 1)
    bytes.write('alicf', at)
    writeFileSync(path, bytes)
  }

  test('14.9 beside a server and without one reports, repairs and ends as the store is', async () => {
    const served = await serves({ cwd: dir, env })
    const { call } = await callsOn(served.url)
    await call('POST', '/users', { username: 'alice' })
    await call('POST', '/chatrooms', { name: 'n', description: 'd', owner: 'alice' })
    const sound = await run()
    expect([sound.code, sound.err]).toEqual([0, ''])
    expect(sound.out).toMatch(/^CHECK +FOUND +MENDED\nschema +0 +0\n/)
    expect(sound.out).toEndWith('\nThe store is sound.\n')
    const metrics = async () => (await fetch(`${served.url}/metrics`)).text()
    expect(await metrics()).toContain('chatroomd_doctor_findings{check="rooms.members"} 0')

    const file = new Database(join(dir, 'data/chatroomd.db'))
    file.run('update rooms set member_count = 7')
    file.close()
    const wrong = await run()
    expect([wrong.code, wrong.err]).toEqual([1, ''])
    expect(wrong.out).toMatch(/\nrooms\.members +1 +0\n/)
    expect(wrong.out).toEndWith('\n1 left. "chatroomd doctor --repair" mends what can be.\n')
    expect(await metrics()).toContain('chatroomd_doctor_findings{check="rooms.members"} 1')
    const mended = await run('--repair', '--json')
    expect(mended.code).toBe(0)
    expect(JSON.parse(mended.out)).toMatchObject({ sound: true, left: 0 })
    expect(await metrics()).toMatch(/chatroomd_doctor_last_run_seconds \d+/)
    await served.end('SIGTERM')

    damage()
    expect((await run()).out).toMatch(/\nintegrity +1 +0\n/)
    expect((await run('--repair')).code).toBe(0)
    expect((await run()).code).toBe(0)
  })

  test('14.9 checks nothing of a store of another version, and changes nothing in it', async () => {
    await (await serves({ cwd: dir, env })).end('SIGTERM')
    const path = join(dir, 'data/chatroomd.db')
    const file = new Database(path)
    file.run('pragma user_version = 3')
    file.run('pragma wal_checkpoint(truncate)')
    file.close()
    const before = readFileSync(path)
    const { code, out } = await run()
    expect(code).toBe(1)
    expect(out).toStartWith('CHECK   FOUND  MENDED\nschema  1      0\n')
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})
