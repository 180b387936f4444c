import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig } from '../../src/config.ts'
import { hostedCalls } from '../../src/operator/mirror/hosted.ts'
import { mirror } from '../../src/operator/mirror/mirror.ts'
import { printedReport } from '../../src/operator/mirror/report.ts'
import { withRest } from '../../src/operator/rest.ts'
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts'
import type { Json } from '../support/json.ts'
import { asUser } from '../support/people.ts'
import { chatroomd, running } from '../support/process.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const rounds = Number(process.env.MIRROR_ROUNDS ?? 2)

setDefaultTimeout(rounds > 10 ? 600_000 : 60_000)

const rooms = Number(process.env.MIRROR_ROOMS ?? 8)
const users = Array.from({ length: 130 }, (_, n) => `user-${n}`)

let hosted: TestServer
let ours: TestServer
let there: TestApp
let here: TestApp
let proxy: FaultyProxy

const data = async (app: TestApp, method: string, path: string, body?: object): Promise<Json> => {
  const { status, body: read } = await app.call(method, path, body)
  if (status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(read)}`)
  return read.data
}

/** All that a mirror copies of an app, in a form that can be compared; mutes without the time that is left. */
async function everything(app: TestApp) {
  const listed: Json[] = []
  for (let cursor = ''; ; ) {
    const { body } = await app.call('GET', `/users?limit=100${cursor}`)
    listed.push(...body.entities)
    if (!body.cursor) break
    cursor = `&cursor=${encodeURIComponent(body.cursor)}`
  }
  const all: Json[] = await data(app, 'GET', '/chatrooms?limit=1000')
  const shown = await Promise.all(
    all.map(async ({ id, disabled }) => {
      const path = `/chatrooms/${id}`
      const { created: _, affiliations, ...details } = await data(app, 'GET', path)
      return {
        ...details,
        disabled,
        affiliations: affiliations.map((row: object) => JSON.stringify(row)).sort(),
        admins: (await data(app, 'GET', `${path}/admin`)).sort(),
        blocked: (await data(app, 'GET', `${path}/blocks/users`)).sort(),
        allowed: (await data(app, 'GET', `${path}/white/users`)).sort(),
        muted: (await data(app, 'GET', `${path}/mute`)).map(({ user }: Json) => user).sort(),
        announcement: await data(app, 'GET', `${path}/announcement`),
        attributes: await data(app, 'POST', `/metadata/chatroom/${id}`, {}),
      }
    }),
  )
  return {
    users: listed
      .map(({ username, nickname = null, activated }) => ({ username, nickname, activated }))
      .sort((a, b) => (a.username < b.username ? -1 : 1)),
    rooms: shown.sort((a, b) => (a.id < b.id ? -1 : 1)),
    superAdmins: (await data(app, 'GET', '/chatrooms/super_admin?pagesize=1000')).sort(),
  }
}

interface Given {
  isDiff?: boolean
  followSeconds?: number
  rate?: number
  signal?: AbortSignal
  timeoutMs?: number
  /** Whose state it goes on with. */
  run?: number
}

/** Runs a mirror from the hosted service, by way of the proxy, and returns what it has counted and shown. */
async function copy({ run = 0, ...given }: Given = {}) {
  const report = printedReport(true, false)
  const differences: string[] = []
  const problems: string[] = []
  const config = readConfig({ data_dir: ours.dir, database_url: ours.databaseUrl }, {}, '')
  await withRest(
    config,
    here.key,
    startChatroomd,
    (call) =>
      mirror({
        there: hostedCalls({
          host: proxy.url,
          key: there.key,
          clientId: there.clientId,
          clientSecret: there.clientSecret,
          rate: given.rate ?? 1000,
          timeoutMs: given.timeoutMs ?? 5000,
        }),
        here: call,
        stateFile: join(ours.dir, `mirror-${run}.db`),
        report: {
          counts: report.counts,
          difference: (about, { does, of = [] }) => {
            report.counts.differences += 1
            differences.push([about, does, ...of].join(' '))
          },
          problem: (about, why) => {
            report.counts.problems += 1
            problems.push(`${about}: ${why}`)
          },
          progress: () => undefined,
          done: () => undefined,
        },
        isDiff: given.isDiff ?? false,
        followSeconds: given.followSeconds,
        signal: given.signal ?? new AbortController().signal,
        patience: { tries: 8, firstMs: 20, mostMs: 200 },
      }),
    { 'user-agent': 'ServerSDK' },
  )
  return { differences, problems, counts: report.counts }
}

const expire = async (app: TestApp, room: string, user: string): Promise<number> =>
  (await data(app, 'GET', `/chatrooms/${room}/mute`)).find((each: Json) => each.user === user).expire

/** Random numbers below a bound, the same for a seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Changes something about a room, where it is allowed. */
async function disturb(
  app: TestApp,
  path: string,
  room: string,
  some: string[],
  random: (below: number) => number,
): Promise<void> {
  const user = some[random(some.length)] as string
  const usernames = [user]
  const key = `key-${random(3)}`
  const changes: [method: string, path: string, body?: object][] = [
    ['POST', `${path}/users/${user}`],
    ['POST', `${path}/users/${user}`],
    ['DELETE', `${path}/users/${user}`],
    ['PUT', path, { newowner: user }],
    ['POST', `${path}/admin`, { newadmin: user }],
    ['DELETE', `${path}/admin/${user}`],
    ['POST', `${path}/blocks/users`, { usernames }],
    ['DELETE', `${path}/blocks/users/${user}`],
    ['POST', `${path}/white/users/${user}`],
    ['DELETE', `${path}/white/users/${user}`],
    // None ends while the test runs: it would be over on one side a moment before the other.
    ['POST', `${path}/mute`, { usernames, mute_duration: random(2) ? -1 : 3_600_000 * (1 + random(9)) }],
    ['DELETE', `${path}/mute/${user}`],
    [random(2) ? 'POST' : 'DELETE', `${path}/ban`],
    ['POST', `${path}/${random(2) ? 'enable' : 'disable'}`],
    ['PUT', path, { maxusers: 1 + random(9) }],
    ['PUT', path, { name: `name ${random(9)}` }],
    ['POST', `${path}/announcement`, { announcement: `text ${random(3)}` }],
    ['PUT', `/metadata/chatroom/${room}/user/${user}`, { metaData: { [key]: `${random(3)}` } }],
    ['DELETE', `/metadata/chatroom/${room}/user/${user}/forced`, { keys: [key] }],
  ]
  const [method, to, body] = changes[random(changes.length)] as (typeof changes)[number]
  await app.call(method, to, body)
  if (random(12) === 0) await ownerLeaves(app, path)
}

async function ownerLeaves(app: TestApp, path: string): Promise<string> {
  const { owner } = await data(app, 'GET', path)
  await (await asUser(app, owner))('DELETE', `${path}/users/${owner}`)
  return owner
}

/** Rooms as they are here where their owner has left there: it cannot be taken out. */
function withoutOwners(rooms: Json[], wanted: Json[]): Json[] {
  return rooms.map((room, n) => {
    const isOwner = (row: string) => row.includes('"owner":')
    const isIn = room.affiliations.some(isOwner)
    if (!isIn || (wanted[n]?.affiliations ?? []).some(isOwner)) return room
    const affiliations = room.affiliations.filter((row: string) => !isOwner(row))
    const { affiliations_count: count, maxusers } = room
    const isFull = count === maxusers
    return {
      ...{ ...room, affiliations, affiliations_count: count - 1 },
      ...(isFull ? { maxusers: Math.min(maxusers, wanted[n]?.maxusers) } : {}),
    }
  })
}

let first: string

beforeAll(async () => {
  ;[hosted, ours] = await Promise.all([aServer(), aServer()])
  there = await hosted.app('acme#lounge')
  here = await ours.app('acme#lounge')
  proxy = startFaultyProxy(hosted.url)
  await there.register(...users)
  await data(there, 'POST', '/users', [{ username: 'nick', password: 'secret', nickname: 'Nick 夜' }])
  await data(there, 'POST', '/users/user-9/deactivate')
  await data(there, 'POST', '/chatrooms/super_admin', { superadmin: 'user-1' })
  for (let n = 0; n < rooms; n++)
    first = await there.room({
      name: `room ${n}`,
      owner: `user-${n % 100}`,
      members: ['nick'],
      maxusers: 200,
    })
  const path = `/chatrooms/${first}`
  await data(there, 'POST', `${path}/users`, { usernames: users.slice(20, 110) })
  await data(there, 'POST', `${path}/admin`, { newadmin: 'user-30' })
  await data(there, 'POST', `${path}/blocks/users`, { usernames: ['user-40', 'user-41'] })
  await data(there, 'POST', `${path}/white/users`, { usernames: ['user-50'] })
  await data(there, 'POST', `${path}/mute`, { usernames: ['user-60'], mute_duration: -1 })
  await data(there, 'POST', `${path}/mute`, { usernames: ['user-61', 'user-62'], mute_duration: 600_000 })
  await data(there, 'DELETE', `${path}/users/user-62`)
  await data(there, 'POST', `${path}/announcement`, { announcement: 'be kind 请友善' })
  const metaData = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`seat-${n}`, `value ${n}`]))
  await there.call('PUT', `/metadata/chatroom/${first}/user/user-30`, { metaData })
  await there.call('PUT', `/metadata/chatroom/${first}/user/user-30`, { metaData: { mood: 'calm' } })
  await data(there, 'POST', `${path}/ban`)
  await data(there, 'POST', `${path}/disable`)
})
afterEach(() => proxy.have())
afterAll(async () => {
  proxy.stop()
  await Promise.all([hosted.stop(), ours.stop()])
})

describe('mirror', () => {
  test('10.1 --diff says what differs and changes nothing', async () => {
    const { counts, differences } = await copy({ isDiff: true })
    expect(differences).toContain(`room ${first} create`)
    expect(counts).toMatchObject({ users: 131, rooms, problems: 0 })
    expect(await everything(here)).toEqual({ users: [], rooms: [], superAdmins: [] })
  })

  test('10.2 everything is copied under the same ids, although calls fail, hang and are limited meanwhile', async () => {
    await there.set({ rateLimits: true })
    proxy.have({ every: 5, hangMs: 1500 })
    const { counts, problems } = await copy({ timeoutMs: 500 })
    await there.set({ rateLimits: false })
    expect(proxy.used()).toEqual(['closes', 'fails', 'garbles', 'hangs', 'limits'])
    expect(problems).toEqual([])
    expect(counts).toMatchObject({ users: 131, rooms, usersRegistered: 131 })
    proxy.have()
    expect(await everything(here)).toEqual(await everything(there))
    for (const user of ['user-60', 'user-61', 'user-62'])
      expect(Math.abs((await expire(here, first, user)) - (await expire(there, first, user)))).toBeLessThan(
        15_000,
      )
  })

  test('10.3 a second run changes nothing', async () => {
    expect(await copy()).toMatchObject({ differences: [], problems: [] })
    expect((await copy({ isDiff: true })).differences).toEqual([])
  })

  test('10.4 users log in with inherited tokens, since their passwords are not copied', async () => {
    const byPassword = await here.call('POST', '/token', {
      grant_type: 'password',
      username: 'nick',
      password: 'secret',
    })
    expect(byPassword.status).toBe(400)
    const inherited = await here.call('POST', '/token', {
      grant_type: 'inherit',
      username: 'nick',
      autoCreateUser: false,
    })
    expect(inherited.status).toBe(200)
  })

  test('10.5 --follow keeps in step: changes, roles, new users, deletions', async () => {
    const stop = new AbortController()
    const following = copy({ followSeconds: 0.05, signal: stop.signal })
    const path = `/chatrooms/${first}`
    await data(there, 'POST', `${path}/enable`)
    await data(there, 'POST', '/users', [{ username: 'late' }])
    await data(there, 'POST', `${path}/users`, { usernames: ['late'] })
    await data(there, 'PUT', path, { newowner: 'user-30' })
    await data(there, 'DELETE', `${path}/blocks/users/user-40`)
    await data(there, 'POST', `${path}/blocks/users`, { usernames: ['user-70', 'user-71'] })
    await data(there, 'DELETE', `${path}/users/user-80,user-81`)
    await data(there, 'DELETE', `${path}/mute/user-60`)
    await data(there, 'POST', `${path}/mute`, { usernames: ['user-61'], mute_duration: 3_600_000 })
    await data(there, 'DELETE', `${path}/ban`)
    await data(there, 'DELETE', `${path}/white/users/user-50,user-51`)
    await data(there, 'POST', `${path}/admin`, { newadmin: 'user-90' })
    await there.call('DELETE', `/metadata/chatroom/${first}/user/user-30`, { keys: ['mood'] })
    await data(there, 'PUT', path, { name: 'renamed', maxusers: 150 })
    await there.call('PUT', path, { custom: 'vip' }, { 'user-agent': 'ServerSDK' })
    await data(there, 'PUT', '/users/nick', { nickname: 'Nicole' })
    await data(there, 'POST', '/users/user-9/activate')
    await data(there, 'DELETE', '/users/user-125')
    await data(there, 'DELETE', '/chatrooms/super_admin/user-1')
    const [oldest] = (await data(there, 'GET', '/chatrooms?limit=1000')).slice(-1)
    await data(there, 'DELETE', `/chatrooms/${oldest.id}`)
    const fresh = await there.room({ name: 'fresh', owner: 'late' })
    // A room that goes while it is read is compared again.
    await until(async () => {
      const both = [everything(here), everything(there)].map((reading) => reading.catch(String))
      const [is, wanted] = await Promise.all(both)
      return JSON.stringify(is) === JSON.stringify(wanted)
    })
    expect(
      Math.abs((await expire(here, first, 'user-61')) - (await expire(there, first, 'user-61'))),
    ).toBeLessThan(15_000)
    await data(there, 'DELETE', `/chatrooms/${fresh}`)
    await until(async () => (await here.call('GET', `/chatrooms/${fresh}`)).status === 404)
    stop.abort()
    await following
  })

  test('10.6 what was never copied stays: a user and a chat room of this server alone', async () => {
    await data(here, 'POST', '/users', [{ username: 'local' }])
    const own = await here.room({ roomid: 'ours', owner: 'local' })
    expect((await copy()).differences).toEqual([])
    expect((await here.call('GET', `/chatrooms/${own}`)).status).toBe(200)
    const { differences } = await copy({ isDiff: true })
    expect(differences.sort()).toEqual([`room ${own} only here`, 'user local only here'])
    await data(here, 'DELETE', '/users/local')
  })

  test('10.7 no more calls a second than the rate allows', async () => {
    const began = performance.now()
    proxy.have()
    await copy({ rate: 100 })
    const seconds = (performance.now() - began) / 1000
    expect(proxy.calls()).toBeGreaterThan(20)
    expect(proxy.calls()).toBeLessThanOrEqual(100 * seconds + 1)
  })

  test('10.8 a command that is killed goes on where it was, and a second one beside it is refused', async () => {
    const args = ['mirror', proxy.url, here.key, '--client-id', there.clientId, '--rate', '1000', '--json']
    const place = ours.databaseUrl === '' ? [] : ['--database-url', ours.databaseUrl]
    const options = { cwd: ours.dir, env: { MIRROR_CLIENT_SECRET: there.clientSecret } }
    const run = [...args, '--data-dir', ours.dir, ...place]
    const killed = running(run, options)
    await new Promise<void>((reached) =>
      proxy.have({ at: /\/admin$/, after: rooms - 1, hold: true, reached }),
    )
    expect(await chatroomd(run, options)).toMatchObject({
      code: 1,
      err: expect.stringContaining('another mirror uses'),
    })
    killed.kill('SIGKILL')
    await killed.exited
    proxy.have()
    const { code, out } = await chatroomd(run, options)
    expect(code).toBe(0)
    // Users are not paged through again.
    const last = JSON.parse(out.trim().split('\n').at(-1) ?? '')
    expect(last).toMatchObject({ type: 'done', users: 0, problems: 0 })
    expect(await everything(here)).toEqual(await everything(there))
  })

  test('10.10 whatever differs in a room, one pass ends it', async () => {
    const some = users.slice(0, 9)
    const ids = await Promise.all(
      Array.from({ length: 6 }, () => there.room({ owner: some[0] as string, maxusers: 9 })),
    )
    await copy()
    const seed = Number(process.env.MIRROR_SEED ?? Math.trunc(Math.random() * 2 ** 31))
    const random = numbers(seed)
    for (let round = 0; round < rounds; round++) {
      for (const app of [there, here])
        for (const room of ids)
          for (let change = 0; change < 8; change++)
            await disturb(app, `/chatrooms/${room}`, room, some, random)
      const { problems } = await copy()
      const [is, wanted] = [await everything(here), await everything(there)]
      // Whoever is blocked cannot be muted: a mute comes with the unblocking.
      for (const each of [...is.rooms, ...wanted.rooms])
        each.muted = each.muted.filter((user: string) => !each.blocked.includes(user))
      is.rooms = withoutOwners(is.rooms, wanted.rooms)
      expect({ seed, round, problems, ...is }).toEqual({ seed, round, problems: [], ...wanted })
    }
  })

  test('10.11 an owner who is muted there is muted here, and in its room again, although it had left here or on both sides', async () => {
    for (const isOnBoth of [false, true]) {
      const room = await there.room({ owner: 'user-2', members: ['user-3'] })
      await copy()
      const path = `/chatrooms/${room}`
      await data(there, 'POST', `${path}/mute`, { usernames: ['user-2'], mute_duration: -1 })
      await data(there, 'PUT', `/metadata/chatroom/${room}/user/user-2`, { metaData: { seat: '1' } })
      for (const app of isOnBoth ? [here, there] : [here]) expect(await ownerLeaves(app, path)).toBe('user-2')
      expect((await copy()).problems).toEqual([])
      const muted = await data(here, 'GET', `${path}/mute`)
      expect(muted.map(({ user }: Json) => user)).toEqual(['user-2'])
      expect((await data(here, 'GET', path)).affiliations).toContainEqual({ owner: 'user-2' })
      expect(await copy()).toMatchObject({ differences: [], problems: [] })
    }
  })

  test('10.9 the command says what is wrong: secret, host, rate, app', async () => {
    const ends = async (args: string[], env: Record<string, string> = {}) =>
      (await chatroomd(['mirror', ...args, '--data-dir', ours.dir], { cwd: ours.dir, env })).err
    const key = there.key
    expect(await ends([proxy.url, key])).toContain("required option '--client-id <id>' not specified")
    expect(await ends(['a1.example.com', key, '--client-id', 'x'])).toContain('must begin with https://')
    expect(await ends([proxy.url, key, '--client-id', 'x'])).toContain('there is no client secret')
    const env = { MIRROR_CLIENT_SECRET: 'wrong' }
    expect(await ends([proxy.url, key, '--client-id', 'x', '--rate', '0'], env)).toContain('--rate must be')
    if (ours.databaseUrl === '')
      expect(await ends([proxy.url, key, '--client-id', there.clientId], env)).toContain(
        'the hosted service refused POST /token: client_secret does not match',
      )
  })
})
