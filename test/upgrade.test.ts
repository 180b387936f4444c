import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { aDatabase } from './support/database.ts'
import { aDirectory, chatroomd, type Served, serves } from './support/process.ts'
import { appsSetting, callsOn } from './support/served-app.ts'

setDefaultTimeout(120_000)

/** The last commit of 0.1.0. */
const before = '75ec5ba'
const root = join(import.meta.dir, '..')
const { dir, remove } = aDirectory()
const old = join(dir, 'old')
const program = join(old, 'src/main.ts')
const hasHistory = Bun.spawnSync(['git', 'cat-file', '-e', `${before}^{commit}`], { cwd: root }).success
const running: Served[] = []

beforeAll(() => {
  if (!hasHistory) return
  mkdirSync(old)
  const files = Bun.spawnSync(
    ['git', 'archive', before, 'src', 'package.json', 'tsconfig.json', 'docs/openapi.json'],
    {
      cwd: root,
    },
  )
  Bun.spawnSync(['tar', '-x', '-C', old], { stdin: files.stdout })
  symlinkSync(join(root, 'node_modules'), join(old, 'node_modules'))
})
afterAll(async () => {
  for (const served of running) await served.end('SIGTERM')
  remove()
})

/** A server of this version, or of the one before. */
async function serving(data: { data: string } | { database: string }, isOld: boolean) {
  const env: Record<string, string> =
    'data' in data ? { CHATROOMD_DATA_DIR: data.data } : { CHATROOMD_DATABASE_URL: data.database }
  const served = await serves({
    cwd: dir,
    env: { ...env, ...appsSetting, CHATROOMD_LOG_LEVEL: 'info' },
    ...(isOld ? { program } : {}),
  })
  running.push(served)
  return { served, ...(await callsOn(served.url)) }
}

type Calls = Awaited<ReturnType<typeof serving>>['call']

/** Writes what an app has: users, a room, members, attributes, a mute, a message. */
async function fill(call: Calls): Promise<string> {
  await call(
    'POST',
    '/users',
    ['alice', 'bob'].map((username) => ({ username, password: 'secret-1' })) as unknown as object,
  )
  const draft = { name: 'before', description: 'd', owner: 'alice', members: ['bob'] }
  const { body } = await call<{ data: { id: string } }>('POST', '/chatrooms', draft)
  const room = body.data.id
  await call('PUT', `/metadata/chatroom/${room}/user/alice`, {
    metaData: { topic: 'kept' },
    autoDelete: 'NO_DELETE',
  })
  await call('POST', `/chatrooms/${room}/mute`, { usernames: ['bob'], mute_duration: 3_600_000 })
  await call('POST', '/messages/chatrooms', {
    from: 'alice',
    to: [room],
    type: 'txt',
    body: { msg: 'hello' },
  })
  return room
}

/** What a server says of it. */
async function seen(call: Calls, room: string) {
  const get = async (path: string) => (await call<{ data: unknown }>('GET', path)).body.data
  return {
    room: await get(`/chatrooms/${room}`),
    mutes: await get(`/chatrooms/${room}/mute`),
    joined: await get('/users/bob/joined_chatrooms'),
    attributes: (await call<{ data: unknown }>('POST', `/metadata/chatroom/${room}`, { keys: ['topic'] }))
      .body.data,
  }
}

const carried = {
  room: { name: 'before', owner: 'alice', affiliations_count: 2 },
  mutes: [{ user: 'bob' }],
  joined: [{ name: 'before' }],
  attributes: { topic: 'kept' },
}

if (!hasHistory)
  console.log(`No upgrade was tested: this checkout has no commit ${before}. A whole clone has it.`)
else {
  test('17.1 a store of the version before is brought up to date with all that it has', async () => {
    const data = { data: join(dir, 'data') }
    const first = await serving(data, true)
    const room = await fill(first.call)
    await first.served.end('SIGTERM')
    const now = await serving(data, false)
    expect(await seen(now.call, room)).toMatchObject(carried)
    expect((await now.call('PUT', `/chatrooms/${room}`, { name: 'after' })).status).toBe(200)
    await now.served.end('SIGTERM')
    const { code, err } = await chatroomd(['serve'], {
      cwd: dir,
      env: { CHATROOMD_DATA_DIR: data.data },
      program,
    })
    expect([code, err]).toEqual([1, expect.stringContaining('newer')])
  })

  if (!process.env.TEST_DATABASE_URL)
    console.log(
      'No upgrade beside a node that serves was tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.',
    )
  else
    test('17.1 a node of the version before serves on while one of this version brings PostgreSQL up to date', async () => {
      const database = await aDatabase()
      if (!database) throw new Error('there is no database')
      const place = { database: database.url }
      const before = await serving(place, true)
      const room = await fill(before.call)
      const statuses = new Set<number>()
      let isDone = false
      const asking = (async () => {
        while (!isDone) {
          statuses.add((await before.call('GET', `/chatrooms/${room}`)).status)
          statuses.add(
            (await before.call('PUT', `/chatrooms/${room}`, { description: crypto.randomUUID() })).status,
          )
        }
      })()
      const now = await serving(place, false)
      expect(await seen(now.call, room)).toMatchObject(carried)
      isDone = true
      await asking
      expect([...statuses]).toEqual([200])
      // Each sees what the other writes.
      await now.call('PUT', `/chatrooms/${room}`, { name: 'by the new one' })
      expect((await seen(before.call, room)).room).toMatchObject({ name: 'by the new one' })
      await before.call('PUT', `/chatrooms/${room}`, { name: 'by the old one' })
      expect((await seen(now.call, room)).room).toMatchObject({ name: 'by the old one' })
      for (const { served } of [before, now]) await served.end('SIGTERM')
      await database.remove()
    })
}
