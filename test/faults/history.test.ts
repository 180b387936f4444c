import { Database as Sqlite } from 'bun:sqlite'
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Meta } from '../../src/realtime/generated/protocol.ts'
import { aDirectory, chatroomd, type Served, serves } from '../support/process.ts'
import { appsSetting, type Call, callsOn } from '../support/served-app.ts'
import { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

/** How often the server is killed; `npm run test:crash-long` asks for more. */
const rounds = Number(process.env.HISTORY_ROUNDS ?? 3)

setDefaultTimeout(30_000 + rounds * 10_000)

const key = 'acme#lounge'
const names = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay']

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const each of cleanUp.splice(0)) each()
})

interface Running {
  served: Served
  call: Call
}

async function start(dir: string): Promise<Running> {
  const served = await serves({ cwd: dir, env: { ...appsSetting, CHATROOMD_LOG_LEVEL: 'info' } })
  return { served, call: (await callsOn(served.url)).call }
}

/** A directory with an app, its users, and a room that they are in. */
async function aRoom(settings: string[]): Promise<Running & { dir: string; room: string }> {
  const { dir, remove } = aDirectory()
  cleanUp.push(remove)
  const running = await start(dir)
  await running.call('POST', '/users', names.map((username) => ({ username })) as unknown as object)
  const [owner, ...members] = names
  const draft = { name: 'a', description: '', owner, members }
  const { body } = await running.call<{ data: { id: string } }>('POST', '/chatrooms', draft)
  const set = await chatroomd(['app', 'set', key, ...settings, '--data-dir', join(dir, 'data')], { cwd: dir })
  expect([set.err, set.code]).toEqual(['', 0])
  return { ...running, dir, room: body.data.id }
}

/** Connects all users. */
const connected = ({ served, call }: Running): Promise<TestSocket[]> =>
  Promise.all(
    names.map(async (username) => {
      const grant = { grant_type: 'inherit', username }
      const { body } = await call<{ access_token: string }>('POST', '/token', grant)
      return TestSocket.login(served.url, key, username, body.access_token)
    }),
  )

/** All ids of a room, read page by page. */
async function idsIn({ call, served }: Running, room: string): Promise<string[]> {
  const ids: string[] = []
  let start: string | undefined
  do {
    const asked = { queue: `${room}@conference.easemob.com`, start, pull_number: 50, is_positive: true }
    const { body } = await call<{ data: { msgs: { msg: string }[]; next_key?: string } }>(
      'POST',
      `/users/${names[0]}/messageroaming`,
      asked,
    )
    if (!body.data) throw new Error(`${JSON.stringify(body)}\n${served.printed()}`)
    for (const { msg } of body.data.msgs) ids.push(String(Meta.decode(Buffer.from(msg, 'base64')).id))
    start = body.data.next_key
  } while (start !== undefined)
  return ids
}

/** Lets all users speak at once until the server is killed; returns what was acknowledged, with when. */
async function speakUntilKilled(running: Running, room: string): Promise<{ id: string; at: number }[]> {
  const acknowledged: { id: string; at: number }[] = []
  const sockets = await connected(running)
  const enough = Promise.withResolvers<void>()
  const until = 200 + Math.floor(Math.random() * 300)
  for (const socket of sockets)
    void (async () => {
      for (let n = 0; ; n += 1) {
        const { serverId } = await socket.say(room, `message ${n}`)
        acknowledged.push({ id: String(serverId), at: performance.now() })
        if (acknowledged.length >= until) enough.resolve()
      }
      // The kill ends all of them; who ends before it would be waited for in vain.
    })().catch(enough.reject)
  await enough.promise
  await running.served.end('SIGKILL')
  return acknowledged
}

test('13.1 with historyDurable no message that was acknowledged is lost by kill -9', async () => {
  const { dir, room, ...first } = await aRoom(['historyDurable=true'])
  let running: Running = first
  const all: string[] = []
  for (let round = 1; round <= rounds; round += 1) {
    all.push(...(await speakUntilKilled(running, room)).map(({ id }) => id))
    running = await start(dir)
    const there = new Set(await idsIn(running, room))
    expect(all.filter((id) => !there.has(id))).toEqual([])
  }
  expect(await running.served.end('SIGTERM')).toBe(0)
})

test('13.1 without it, kill -9 takes what came in the last moments, and a stop in order takes nothing', async () => {
  const { dir, room, ...first } = await aRoom(['historyDurable=false'])
  let running: Running = first
  const all: string[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const said = await speakUntilKilled(running, room)
    // 50 ms are gathered, and a transaction is under way: some tens of milliseconds, on a busy machine more.
    const killed = said.at(-1)?.at ?? 0
    running = await start(dir)
    const there = new Set(await idsIn(running, room))
    const lost = said.filter(({ id }) => !there.has(id))
    expect(lost.filter(({ at }) => at < killed - 5000)).toEqual([])
    all.push(...said.filter((message) => !lost.includes(message)).map(({ id }) => id))
  }
  const sockets = await connected(running)
  const last = await Promise.all(
    sockets.map(async (socket) => String((await socket.say(room, 'last')).serverId)),
  )
  expect(await running.served.end('SIGTERM')).toBe(0)
  running = await start(dir)
  const there = new Set(await idsIn(running, room))
  expect([...all, ...last].filter((id) => !there.has(id))).toEqual([])
  await running.served.end('SIGTERM')
})

test('13.1 a backup has the history, and an app without one has no file of it', async () => {
  const { dir, room, served, call } = await aRoom(['historyDays=0'])
  const say = () => call('POST', '/messages/chatrooms', { to: [room], type: 'txt', body: { msg: 'kept' } })
  await say()
  const file = join(dir, 'data', 'messages.db')
  const back = (name: string) =>
    chatroomd(['backup', join(dir, name), '--data-dir', join(dir, 'data')], { cwd: dir })
  expect((await back('none')).code).toBe(0)
  expect([existsSync(file), existsSync(join(dir, 'none.messages'))]).toEqual([false, false])

  await chatroomd(['app', 'set', key, 'historyDays=3', '--data-dir', join(dir, 'data')], { cwd: dir })
  await say()
  // A read waits half a second for what is not stored yet: on a busy machine the first message takes longer.
  await until(async () => (await idsIn({ served, call }, room)).length === 1)
  const { code, out, err } = await back('copy')
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('copy.messages')
  using copy = new Sqlite(join(dir, 'copy.messages'), { readonly: true })
  const tables = copy
    .query<{ name: string }, []>(`select name from sqlite_master where name glob 'history_d*'`)
    .all()
  const day = tables.find(({ name }) => /^history_d\d+$/.test(name))?.name
  expect(copy.query(`select count(*) as count from ${day}`).get()).toEqual({ count: 1 })
  await served.end('SIGTERM')
})
