import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bar } from '../../src/operator/bulk-commands.ts'
import { aDirectory, chatroomd, type Served, serves } from '../support/process.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'

setDefaultTimeout(60_000)

const app = 'acme#lounge'
const { dir, remove } = aDirectory()
let served: Served
beforeAll(async () => {
  served = await serves({ cwd: dir, env: appsSetting })
})
afterAll(async () => {
  await served.end('SIGTERM')
  remove()
})

async function run(...args: string[]): Promise<string> {
  const { out, err, code } = await chatroomd(['bulk', ...args], { cwd: dir })
  expect([code, err]).toEqual([0, ''])
  return out
}

test('14.3 many rooms are created, tried, dissolved as it was tried, and looked at from the terminal', async () => {
  const { call } = await callsOn(served.url)
  await call('POST', '/users', [{ username: 'alice' }, { username: 'bob' }])
  const drafts = [1, 2, 3].map((n) => ({ name: `room ${n}`, description: 'd', owner: 'alice' }))
  writeFileSync(join(dir, 'drafts.json'), JSON.stringify(drafts))
  expect(await run('run', app, 'create', '--drafts-file', 'drafts.json')).toMatch(/^done +3$/m)

  const tried = await run('run', app, 'dissolve', '--name-has', 'ROOM', '--members-max', '1', '--dry-run')
  expect(tried).toMatch(/^done +3$/m)
  expect(tried).toMatch(/^\d+ +room 3 +done +1 +\["alice"\] +0$/m)
  const confirm = /^confirm +(\S+)$/m.exec(tried)?.[1] ?? ''
  // Whatever the token is, it must not look like an option of the next command.
  expect(confirm).toStartWith('dry-run-')
  const list = async () => (await call<{ count: number }>('GET', '/chatrooms')).body.count
  expect(await list()).toBe(3)
  const done = JSON.parse(await run('confirm', app, confirm, '--json')).data
  expect([done.state, done.done, await list()]).toEqual(['done', 3, 0])

  expect((await run('rooms', app, done.id)).split('\n')[1]).toMatch(/^\d+ +room 1 +done +1 +\["alice"\]/)
  expect((await run('list', app)).split('\n').length).toBe(5)
  expect(await run('watch', app, done.id)).toMatch(/^state +done$/m)
  expect(await run('stop', app, done.id)).toMatch(/^state +done$/m)

  // What has changed since is a failure, also of the command.
  const again = await chatroomd(['bulk', 'run', app, 'mute', '--rooms', 'NO'], { cwd: dir })
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('rooms is not valid')])
})

test('14.3 a line of the terminal shows how far a job is', () => {
  const counts = { total: 10, done: 3, refused: 1, changed: 1 }
  expect(bar({ state: 'running', ...counts })).toBe('[###############...............] 50% 5/10 running')
  expect(bar({ state: 'collecting', ...counts, total: 0 })).toStartWith('[....')
})
