import { Database } from 'bun:sqlite'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SQL } from 'bun'
import { aDatabase } from '../support/database.ts'
import { freePort } from '../support/ports.ts'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'
import { callsOn } from '../support/served-app.ts'
import { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

let dir: string
directoryPerTest((made) => {
  dir = made
})

test('17.4 top shows rates, busy rooms and what waits; app delete asks for --yes, leaves nothing of one app and all of another, and is recorded', async () => {
  const database = await aDatabase()
  const port = await freePort()
  const env = {
    CHATROOMD_APPS: 'acme#lounge:id:secret,acme#other:id:secret',
    ...(database ? { CHATROOMD_DATABASE_URL: database.url } : {}),
  }
  const options = { cwd: dir, env }
  const server = await serves(options, ['--port', String(port)])
  const { call, token } = await callsOn(server.url)
  await call('POST', '/users', { username: 'alice' })
  const other = `${server.url}/acme/other`
  const grant = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
  const got = await fetch(`${other}/token`, { method: 'POST', body: JSON.stringify(grant) })
  const { access_token } = (await got.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  const user = JSON.stringify({ username: 'zoe' })
  await fetch(`${other}/users`, { method: 'POST', headers, body: user })

  const { body } = await call<{ data: { id: string } }>('POST', '/chatrooms', {
    name: 'n',
    description: 'd',
    owner: 'alice',
  })
  const login = await call<{ access_token: string }>('POST', '/token', {
    grant_type: 'inherit',
    username: 'alice',
  })
  const alice = await TestSocket.login(server.url, 'acme#lounge', 'alice', login.body.access_token)
  const talking = setInterval(() => void alice.say(body.data.id, 'hello').catch(() => undefined), 20)
  const at = ['--interval', '1', '--port', String(port)]
  const [asJson, asText] = await Promise.all([
    chatroomd(['top', '--json', ...at], options),
    chatroomd(['top', '--once', ...at], options),
  ])
  clearInterval(talking)
  expect([asJson.err, asText.err]).toEqual(['', ''])
  const top = JSON.parse(asJson.out)
  expect(Object.keys(top)).toEqual(
    expect.arrayContaining(['requests_per_second', 'p99_ms', 'connections', 'rooms', 'slow']),
  )
  expect([top.rooms[0].app, top.rooms[0].room, top.rooms[0].users]).toEqual(['acme#lounge', body.data.id, 1])
  expect(top.rooms[0].messages_per_second).toBeGreaterThan(0)
  expect(asText.out).toContain('MESSAGES_PER_SECOND')

  const refused = await chatroomd(['app', 'delete', 'acme#lounge'], options)
  expect([refused.code, refused.err]).toEqual([1, 'chatroomd: nothing was deleted: --yes confirms it\n'])
  expect((await call('GET', `/chatrooms/${body.data.id}`)).status).toBe(200)
  const deleted = await chatroomd(['app', 'delete', 'acme#lounge', '--yes', '--json'], options)
  expect([deleted.err, JSON.parse(deleted.out)]).toEqual(['', { app: 'acme#lounge', deleted: true }])
  expect((await alice.closed).code).toBe(1000)
  const gone = await fetch(`${server.url}/acme/lounge/chatrooms`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(gone.status).toBeOneOf([401, 404])
  expect((await fetch(`${other}/users/zoe`, { headers })).status).toBe(200)
  // It is recorded which commands changed something, and whose they were.
  const commands = await chatroomd(['operator', 'commands', '--json'], options)
  expect([commands.err, JSON.parse(commands.out)]).toEqual([
    '',
    [
      {
        time: expect.any(String),
        command: 'closeApp',
        of: 'acme#lounge',
        by: expect.stringMatching(/^.+@.+$/),
      },
    ],
  ])
  // Commands reach a server of the embedded store through its socket, and its log has them, too.
  if (!database) {
    const noted = server
      .out()
      .split('\n')
      .filter((line) => line.includes('a command of an operator'))
      .map((line) => JSON.parse(line))
    expect(noted).toMatchObject([{ level: 'info', call: 'closeApp', of: 'acme#lounge' }])
  }
  await server.end('SIGTERM')

  const counted = `select (select count(*) from apps) as apps, (select count(*) from rooms) as rooms, (select count(*) from members) as members, (select count(*) from users) as users`
  const left = { apps: 1, rooms: 0, members: 0, users: 1 }
  if (database) {
    const sql = new SQL(database.url, { max: 1 })
    const [row] = await sql.unsafe(counted)
    await sql.close()
    expect(Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)]))).toEqual(
      left,
    )
  } else {
    const file = new Database(join(dir, 'data/chatroomd.db'), { readonly: true })
    expect(file.query(counted).get()).toEqual(left)
    file.close()
  }
  expect(existsSync(join(dir, 'data/files/1'))).toBe(false)
  const { out } = await chatroomd(['doctor', '--json'], options)
  expect(JSON.parse(out)).toMatchObject({ sound: true })
  await database?.remove()
})
