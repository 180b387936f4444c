import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { startChatroomd } from '../src/chatroomd.ts'
import { readConfig, type SettingTexts } from '../src/config.ts'
import { exportTo, importFrom } from '../src/operator/move.ts'
import type { Movable } from '../src/store/database.ts'
import { openPostgresDatabase } from '../src/store/postgres.ts'
import { openSqliteDatabase } from '../src/store/sqlite.ts'
import { aDatabase, type TestDatabase } from './support/database.ts'
import { TestSocket } from './support/socket.ts'
import { until } from './support/until.ts'

const dir = mkdtempSync(join(tmpdir(), 'chatroomd-move-'))
const original = join(dir, 'original.ndjson')
let database: TestDatabase | undefined

const serve = (texts: SettingTexts) =>
  startChatroomd(readConfig({ port: '0', ...texts }, {}, ''), pino({ level: 'silent' }))

async function call(url: string, token: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${url}/acme/lounge${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`)
  return JSON.parse(text)
}

/** A store with something in every table. Returns an app token and a room. */
async function fill(dataDir: string): Promise<{ token: string; room: string }> {
  const server = await serve({ data_dir: dataDir })
  const { admin, url } = server
  await admin.createApp({ key: 'acme#lounge', settings: { rooms: 2000, users: 100, auditDays: 7 } })
  await admin.createUser('acme#lounge', 'alice', 'alice-1')
  const token = await admin.issueToken('acme#lounge', 3600)
  const to = (method: string, path: string, body?: unknown) => call(url, token, method, path, body)
  const names = Array.from({ length: 50 }, (_, n) => ({ username: `user-${n}` }))
  await to('POST', '/users', names)
  const rooms = Array.from({ length: 1200 }, async (_, n) => {
    const name = `«${n}» "é\u2028😀`
    const roomid = n === 1199 ? 'lobby' : undefined
    const draft = { name, description: 'd', owner: `user-${n % 50}`, members: ['alice'], roomid }
    return (await to('POST', '/chatrooms', draft)).data.id as string
  })
  const [room = '', absent = ''] = await Promise.all(rooms)
  const at = `/chatrooms/${room}`
  await to('POST', `${at}/users/user-1`)
  await to('POST', `${at}/users/user-2`)
  await to('POST', `${at}/admin`, { newadmin: 'user-1' })
  await to('POST', `${at}/mute`, { usernames: ['user-1'], mute_duration: -1 })
  await to('POST', `${at}/white/users/user-1`)
  await to('POST', `${at}/blocks/users/user-2`)
  await to('POST', `${at}/announcement`, { announcement: 'hear, hear' })
  await to('PUT', `/metadata/chatroom/${room}/user/user-1`, { metaData: { k: 'v' }, autoDelete: 'NO_DELETE' })
  await to('POST', '/chatrooms/super_admin', { superadmin: 'user-3' })
  await admin.addOperator('ann', 'admin', 'correct horse battery')
  await to('POST', '/mutes', { username: 'user-5', chatroom: -1 })
  await to('PUT', '/metadata/user/user-4', { nickname: 'é 😀' })
  await to('POST', '/users', { username: 'gone' })
  await to('POST', '/chatrooms', { name: 'gone', description: 'd', owner: 'gone', members: ['alice'] })
  await to('DELETE', '/users/gone')
  await to('POST', '/user/user-4/moderation/report/message/1001', { reportReason: 'é 😀' })
  const said = { to: [room], type: 'txt', body: { msg: 'é 😀' } }
  const pin_msg_id = (await to('POST', '/messages/chatrooms', said)).data[room]
  await to('POST', '/sdk/user/alice/user_channel/pin', { to: room, type: 'chatroom', pin_msg_id })
  const list = (await to('POST', '/moderation/keyword_lists', { name: 'a list', action: 'report' })).data.id
  await to('POST', `/moderation/keyword_lists/${list}/words`, { words: ['é*😀'] })
  const { id: job } = (
    await to('POST', '/chatrooms/bulk', { action: 'mute', rooms: ['lobby'], dry_run: true })
  ).data
  await until(async () => (await to('GET', `/chatrooms/bulk/${job}`)).data.state === 'done')
  // The server may not call itself: it waits in the queue.
  const rule = { name: 'rule', url: 'http://localhost:9/', events: ['chatroom.all_muted'], enabled: true }
  const { id: callback } = (await to('POST', '/callbacks', rule)).data
  await to('POST', `${at}/ban`)
  await until(async () => (await to('GET', `/callbacks/${callback}/deliveries`)).data.length > 1)
  const form = new FormData()
  form.append('file', new File(['hi'], 'agenda.txt'))
  const shared = { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form }
  expect((await fetch(`${url}/acme/lounge${at}/share_files`, shared)).status).toBe(200)
  // An owner may leave its own room.
  const inherit = { grant_type: 'inherit', username: 'user-1', autoCreateUser: false }
  const { access_token } = await to('POST', '/token', inherit)
  await call(url, access_token, 'DELETE', `/chatrooms/${absent}/users/user-1`)
  const connected = await TestSocket.login(url, 'acme#lounge', 'user-1', access_token)
  await admin.rotateSecret('acme#lounge', 86_400_000)
  const file = await openSqliteDatabase(dataDir, 'reader')
  const isWritten = () => file.snapshot(async (db) => (await db.all('select 1 from presence')).length > 0)
  await until(isWritten)
  await exportTo(file, original, () => undefined)
  await file.close()
  connected.close()
  await server.stop()
  return { token, room }
}

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n')
const headOf = (path: string) => JSON.parse(linesOf(path)[0] ?? '')
/** Everything but the head, which names the export. */
const rowsIn = (path: string): string[] => linesOf(path).slice(1)

/** Stores to move into: always a file, and PostgreSQL where there is one. */
const targets: [name: string, open: () => Promise<{ store: Movable; settings: SettingTexts }>][] = [
  [
    'a file',
    async () => {
      const data_dir = mkdtempSync(join(dir, 'target-'))
      return { store: await openSqliteDatabase(data_dir, 'writer'), settings: { data_dir } }
    },
  ],
]
if (process.env.TEST_DATABASE_URL) {
  targets.push([
    'PostgreSQL',
    async () => {
      await database?.remove()
      database = await aDatabase()
      const url = database?.url ?? ''
      return {
        store: await openPostgresDatabase({ url, pool: 2, timeoutMs: 5000 }),
        settings: { database_url: url },
      }
    },
  ])
} else console.log('Moved between files alone: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')

let filled: { token: string; room: string }
beforeAll(async () => {
  filled = await fill(join(dir, 'source'))
}, 60_000)
afterAll(async () => {
  await database?.remove()
  rmSync(dir, { recursive: true })
})

test('an export has rows of every table', () => {
  const { rows } = headOf(original)
  // Rows of deliveries, of which there are none yet, and of users whose rooms have still to go.
  const ofWork = ['callback_log', 'callback_queue', 'callback_state', 'user_deletions']
  const empty = Object.keys(rows).filter((table) => rows[table] === 0 && !ofWork.includes(table))
  expect(empty).toEqual([])
  expect(rows).toMatchObject({ apps: 1, rooms: 1200, users: 51 })
})

for (const [name, open] of targets) {
  test(`everything moves to ${name} and back to a file, row by row the same`, async () => {
    const { store, settings } = await open()
    const seen: number[] = []
    const total = await importFrom(original, store, (done) => seen.push(done))
    expect(total).toBe(rowsIn(original).length - 1)
    expect(seen.at(-1)).toBe(total)
    const there = join(dir, 'there.ndjson')
    await exportTo(store, there, () => undefined)
    expect(rowsIn(there)).toEqual(rowsIn(original))
    expect(headOf(there).rows).toEqual(headOf(original).rows)
    expect(headOf(there).nextId).toBeGreaterThanOrEqual(headOf(original).nextId)
    await store.close()

    const back = await openSqliteDatabase(mkdtempSync(join(dir, 'back-')), 'writer')
    await importFrom(there, back, () => undefined)
    await exportTo(back, there, () => undefined)
    expect(rowsIn(there)).toEqual(rowsIn(original))
    await back.close()

    // The server goes on there: tokens, passwords, quotas and ids.
    const { url, stop } = await serve(settings)
    const found = await call(url, filled.token, 'GET', `/chatrooms/${filled.room}`)
    expect(found.data).toMatchObject({ id: filled.room, name: '«0» "é\u2028😀', owner: 'user-0' })
    const login = { grant_type: 'password', username: 'alice', password: 'alice-1' }
    expect((await call(url, '', 'POST', '/token', login)).user.username).toBe('alice')
    const draft = { name: 'next', description: 'd', owner: 'alice' }
    const { data } = await call(url, filled.token, 'POST', '/chatrooms', draft)
    const ids = rowsIn(original).flatMap((line) => line.match(/^\["rooms",.*?"(\d{15,16})"/)?.[1] ?? [])
    // One of the 1200 rooms has a chosen id.
    expect(ids).toHaveLength(1199)
    expect(Number(data.id)).toBeGreaterThan(Math.max(...ids.map(Number)))
    await stop()
  }, 60_000)

  test(`an import into ${name} that was interrupted goes on where it was`, async () => {
    const { store } = await open()
    for (const end of [500, 2500]) {
      const interrupted = importFrom(original, store, (done) => {
        if (done > end) throw new Error('interrupted')
      })
      expect(interrupted).rejects.toThrow('interrupted')
      await interrupted.catch(() => undefined)
    }
    const first: number[] = []
    await importFrom(original, store, (done) => first.push(done))
    expect(first[0]).toBeGreaterThan(2500)
    const there = join(dir, 'resumed.ndjson')
    await exportTo(store, there, () => undefined)
    expect(rowsIn(there)).toEqual(rowsIn(original))
    expect(importFrom(original, store, () => undefined)).rejects.toThrow('an import needs an empty store')
    await store.close()
  }, 60_000)

  test(`a damaged or cut export is refused by ${name}, and nothing of it is stored`, async () => {
    const { store } = await open()
    const damaged = join(dir, 'damaged.ndjson')
    const text = readFileSync(original, 'utf8')
    for (const [broken, reason] of [
      [text.replace('"alice"', '"malice"'), /is damaged: the rows of/],
      [text.slice(0, text.length / 2).replace(/[^\n]*$/, ''), /is cut off/],
      [text.replace('"schema":', '"schema":9'), /export and import with the same version/],
      ['{"a":1}\n', /is not an export of chatroomd/],
    ] as const) {
      writeFileSync(damaged, broken)
      expect(importFrom(damaged, store, () => undefined)).rejects.toThrow(reason)
      await importFrom(damaged, store, () => undefined).catch(() => undefined)
    }
    await exportTo(store, damaged, () => undefined)
    expect(Object.values(headOf(damaged).rows).every((count) => count === 0)).toBe(true)
    await store.close()
  })
}

test('the commands export from a store in use, and import into an empty one', async () => {
  const source = join(dir, 'source')
  const server = await serve({ data_dir: source })
  const file = join(dir, 'by-command.ndjson')
  const run = (...args: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, 'src/main.ts', ...args])
    return [exitCode, stdout.toString().trim(), stderr.toString().trim()]
  }
  const rows = rowsIn(original).length - 1
  expect(run('export', file, '--data-dir', source)).toEqual([0, `exported ${rows} rows to ${file}`, ''])
  expect(existsSync(`${file}.part`)).toBe(false)
  copyFileSync(file, join(dir, 'copy.ndjson'))
  expect(run('import', file, '--data-dir', source)).toEqual([
    1,
    '',
    expect.stringContaining('is in use by another chatroomd'),
  ])
  await server.stop()
  const target = join(dir, 'command-target')
  expect(run('import', file, '--data-dir', target)).toEqual([0, `imported and compared ${rows} rows`, ''])
}, 60_000)
