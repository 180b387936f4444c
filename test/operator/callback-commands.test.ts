import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { aDirectory, chatroomd, type Served, serves } from '../support/process.ts'
import { aReceiver } from '../support/receiver.ts'

setDefaultTimeout(60_000)

const app = 'acme#lounge'
const { dir, remove } = aDirectory()
const receiver = aReceiver()
let served: Served
beforeAll(async () => {
  const env = { CHATROOMD_APPS: `${app}:id:secret`, CHATROOMD_CALLBACK_NETWORKS: '127.0.0.0/8' }
  served = await serves({ cwd: dir, env })
})
afterAll(async () => {
  await served.end('SIGTERM')
  receiver.stop()
  remove()
})

/** Runs a command, which has to succeed, and returns what it printed. */
async function run(...args: string[]): Promise<string> {
  const { out, err, code } = await chatroomd(['callback', ...args], { cwd: dir })
  expect([code, err]).toEqual([0, ''])
  return out
}

const json = async (...args: string[]) => JSON.parse(await run(...args, '--json'))

test('13.2 callback rules are added, listed, changed, watched, replayed, given a secret and removed from the terminal', async () => {
  const added = await run('add', app, 'to_backend', receiver.url, '--events', 'chatroom.created,message.sent')
  const rule = /^id +(\d+)$/m.exec(added)?.[1] ?? ''
  expect(added).toMatch(/^secret +whsec_/m)
  const [head, row] = (await run('list', app)).split('\n')
  expect(head).toMatch(/^ID +NAME +WHEN +ENABLED +URL +EVENTS$/)
  expect(row).toMatch(
    new RegExp(`^${rule} +to_backend +after +true +http://\\S+ +chatroom.created,message.sent$`),
  )

  const token = (await chatroomd(['token', app], { cwd: dir })).out.trim()
  const post = (path: string, body: object) =>
    fetch(`${served.url}/acme/lounge${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
  await post('/users', { username: 'alice' })
  await post('/chatrooms', { name: 'a', description: 'a', owner: 'alice' })
  await receiver.wait(1)
  let rows = ['']
  while (rows.length < 3) rows = (await run('deliveries', app, rule)).split('\n')
  expect(rows[0]).toMatch(/^TIME +EVENT +CHATROOMID +ATTEMPT +STATUS +DURATION +ERROR$/)
  expect(rows[1]).toMatch(/^20\S+Z +chatroom.created +\d+ +1 +200 +\d+$/)
  await run('replay', app, rule, '--since', '2020-01-01T00:00:00Z')
  await receiver.wait(2)
  expect(await run('deliveries', app, rule, '--dead')).toMatch(/^TIME +FAILED|^TIME/)
  expect((await json('retry', app, rule)).data).toEqual({ count: 0 })

  expect((await json('secret', 'rotate', app, rule)).data.secret).toStartWith('whsec_')
  await run('secret', 'drop', app, rule)
  const { data } = await json(
    'change',
    app,
    rule,
    '--disable',
    '--rooms',
    '1,2',
    '--events',
    'message.recalled',
  )
  expect(data).toMatchObject({ enabled: false, rooms: ['1', '2'], events: ['message.recalled'] })
  await run('remove', app, rule)
  expect((await json('list', app)).data).toEqual([])
})

test('13.2 what cannot be is refused with the text of the API', async () => {
  const { err, code } = await chatroomd(
    ['callback', 'add', app, 'a', 'ftp://x', '--events', 'message.sent'],
    {
      cwd: dir,
    },
  )
  expect([code, err]).toEqual([1, expect.stringContaining('url must be http or https')])
  const replay = await chatroomd(['callback', 'replay', app, '1', '--since', 'soon'], { cwd: dir })
  expect([replay.code, replay.err]).toEqual([1, expect.stringContaining('--since must be a time')])
})
