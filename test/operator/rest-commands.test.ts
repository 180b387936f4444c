import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { aDirectory, chatroomd, type Served, serves } from '../support/process.ts'

const { dir, remove } = aDirectory()
afterAll(remove)

setDefaultTimeout(60_000)

const env = { CHATROOMD_APPS: 'acme#lounge:id:secret' }
const app = 'acme#lounge'

/** Runs a command, which has to succeed, and returns what it printed. */
async function run(...args: string[]): Promise<string> {
  const { out, err, code } = await chatroomd(args, { cwd: dir })
  expect([code, err]).toEqual([0, ''])
  return out
}

const json = async (...args: string[]) => JSON.parse(await run(...args, '--json'))

const post = async (served: Served, path: string, body: object) => {
  const token = (await run('token', app)).trim()
  const response = await fetch(`${served.url}/acme/lounge${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as { data: { id: string } }
}

describe('from the terminal', () => {
  let served: Served
  let room: string

  beforeAll(async () => {
    served = await serves({ cwd: dir, env })
    await post(
      served,
      '/users',
      ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    )
    const made = await post(served, '/chatrooms', {
      name: 'night\u001b[2Jowls 夜猫子',
      description: 'late talk',
      maxusers: 300,
      owner: 'alice',
      members: ['bob'],
    })
    room = made.data.id
  })
  afterAll(() => served.end('SIGTERM'))

  test('14.1 chat rooms are found by what is asked for, dissolved, listed as such and restored', async () => {
    const draft = { name: 'to find', description: 'd', owner: 'bob' }
    const { id } = (await post(served, '/chatrooms', draft)).data
    const found = async (...given: string[]) =>
      (await json('room', 'list', app, ...given)).data.map((each: { id: string }) => each.id)
    expect(await found('--name-has', 'FIND')).toEqual([id])
    expect(await found('--owner', 'bob', '--sort', 'name')).toEqual([id])
    expect(await found('--members-min', '2', '--sort', 'members', '--direction', 'asc')).toEqual([room])
    await run('room', 'dissolve', app, id)
    expect(await found('--owner', 'bob')).toEqual([])
    expect(await run('room', 'deleted', app)).toMatch(new RegExp(`^${id} +to find +bob +1 +\\d+ +\\d+$`, 'm'))
    await run('room', 'restore', app, id)
    expect(await found('--owner', 'bob')).toEqual([id])
    await run('room', 'dissolve', app, id)
  })

  test('17.4 chat rooms are listed, shown, moderated and dissolved', async () => {
    const [head, first] = (await run('room', 'list', app, '--limit', '1')).split('\n')
    expect(head).toMatch(/^ID +NAME +OWNER +AFFILIATIONS_COUNT +DISABLED$/)
    // What a user chose as a name does not move the cursor of the operator's terminal.
    expect(first).toMatch(new RegExp(`^${room} +night\ufffd\\[2Jowls 夜猫子 +alice +2 +false$`))

    expect(await run('room', 'show', app, room)).toMatch(/^owner +alice$/m)
    expect(await run('room', 'members', app, room)).toContain('member  bob')
    const muted = await json('room', 'mute', app, room, 'bob', '--minutes', '5')
    expect(muted.data).toEqual([{ result: true, user: 'bob', expire: expect.any(Number) }])
    expect(await run('room', 'unmute', app, room, 'bob')).toContain('true')
    const sent = await json('room', 'send', app, room, 'hello', '--from', 'alice')
    expect(Object.keys(sent.data)).toEqual([room])
    expect(await run('room', 'kick', app, room, 'bob')).toContain('true')
    expect(await run('room', 'members', app, room)).not.toContain('bob')
    expect(await run('room', 'dissolve', app, room, '--dry-run')).toContain('room.dissolved')
    expect(await run('room', 'dissolve', app, room)).toContain(room)
  })

  test('14.2 how long a chat room lives is set and shown, and which are dissolved soon', async () => {
    const draft = { name: 'r', description: 'r', owner: 'alice' }
    const { id } = (await post(served, '/chatrooms', draft)).data
    expect(await run('room', 'lifecycle', app, id)).toMatch(/^idle_timeout +0$/m)
    const given = ['idle_timeout=3600', 'keep=false', 'expires_at=2999-01-01T00:00:00Z']
    const { data } = await json('room', 'lifecycle', app, id, ...given)
    const expires = Date.parse('2999-01-01T00:00:00Z')
    expect(data).toMatchObject({ idle_timeout: 3600, keep: false, expires_at: expires })
    expect(await run('room', 'endings', app, '--hours', '2')).toMatch(
      new RegExp(`^${id} .* idle_timeout$`, 'm'),
    )
    expect((await json('room', 'endings', app, '--hours', '2')).data.rooms).toMatchObject([{ id }])
    expect((await json('room', 'lifecycle', app, id, '--clear')).data).toMatchObject({ idle_timeout: 0 })
    expect((await json('room', 'endings', app)).data.rooms).toEqual([])
    for (const [wrong, text] of [
      ['idle_timeout=soon', 'idle_timeout must be a number, true or false, or a date'],
      ['idle_timeout', '"idle_timeout" is not name=value'],
      ['idle_timeout=59', 'idle_timeout and empty_timeout must be 0, or 60 to 315360000 seconds'],
    ] as const)
      expect(await chatroomd(['room', 'lifecycle', app, id, wrong], { cwd: dir })).toEqual({
        code: 1,
        out: '',
        err: `chatroomd: ${text}\n`,
      })
    await run('room', 'dissolve', app, id)
  })

  test('17.4 users are shown, given tokens and passwords, and deleted', async () => {
    expect(await run('user', 'show', app, 'bob')).toMatch(/^activated +true$/m)
    expect(await run('user', 'token', app, 'bob')).toMatch(/^\S+\n$/)
    await run('user', 'password', app, 'bob', 'other')
    await run('user', 'kick', app, 'bob')
    expect(await run('user', 'delete', app, 'bob')).toContain('bob')
    const gone = await chatroomd(['user', 'show', app, 'bob'], { cwd: dir })
    expect(gone).toEqual({ code: 1, out: '', err: 'chatroomd: Service resource not found\n' })
  })

  test('17.4 "health" ends with 0 where the server is ready, and with 1 and the reason where it is not', async () => {
    const port = new URL(served.url).port
    expect(await run('health', '--port', port)).toBe(`ready: ${served.url}\n`)
    const off = await chatroomd(['health', '--port', '1'], { cwd: dir })
    expect(off).toEqual({ code: 1, out: '', err: 'chatroomd: nothing answers at http://127.0.0.1:1\n' })
  })
})

test('17.4 commands that call the API work where no server runs, too', async () => {
  const served = await serves({ cwd: dir, env })
  await served.end('SIGTERM')
  expect((await json('room', 'list', app)).data).toEqual([])
  const { err, code } = await chatroomd(['room', 'list', 'acme#nope'], { cwd: dir })
  expect([code, err]).toEqual([
    1,
    'chatroomd: there is no app acme#nope; "chatroomd app list" shows those there are\n',
  ])
})
