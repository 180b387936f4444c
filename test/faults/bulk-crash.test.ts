import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { bulkEnd, bulkRooms, runBulk } from '../support/bulk.ts'
import { aDatabase } from '../support/database.ts'
import type { Json } from '../support/json.ts'
import { aDirectory, serves } from '../support/process.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(300_000)

/** How often the server is killed; `npm run test:bulk-long` asks for 30. */
const rounds = Number(process.env.BULK_CRASH_ROUNDS ?? 1)
const count = Number(process.env.BULK_CRASH_ROOMS ?? 200)

const { dir, remove } = aDirectory()
const database = await aDatabase()
afterAll(async () => {
  await database?.remove()
  remove()
})

const start = async () => {
  const env = {
    ...appsSetting,
    CHATROOMD_NODE_LEASE: '1',
    ...(database ? { CHATROOMD_DATABASE_URL: database.url } : {}),
  }
  const served = await serves({ cwd: dir, env })
  const { call } = await callsOn(served.url)
  return { served, call: (method: string, path: string, body?: object) => call<Json>(method, path, body) }
}

test('14.3 a job whose server is killed in the middle goes on: every room is created once and changed once', async () => {
  let { served, call } = await start()
  await call('POST', '/users', [{ username: 'alice' }, { username: 'bob' }])

  /** Begins a job, and kills the server when some of its rooms are done and some are not. */
  async function killedWithin(asked: object): Promise<Json> {
    const { id } = (await call('POST', '/chatrooms/bulk', asked)).body.data
    await until(async () => {
      const { body } = await call('GET', `/chatrooms/bulk/${id}/rooms?outcome=done&limit=1000`)
      return body.count > count / 10
    })
    await served.end('SIGKILL')
    ;({ served, call } = await start())
    const left = (await bulkRooms(call, id, '&outcome=pending')).length
    expect(left).toBeLessThan(count)
    return { ...(await bulkEnd(call, id)), left }
  }

  let left = 0
  for (let round = 0; round < rounds; round += 1) {
    const drafts = Array.from({ length: count }, (_, n) => ({
      name: `room ${round}/${n}`,
      description: 'd',
      owner: 'alice',
    }))
    const created = await killedWithin({ action: 'create', drafts })
    left += created.left
    const names: string[] = []
    const filter = { name: `room ${round}/` }
    for (let cursor = ''; cursor !== undefined; ) {
      const { body } = await call('GET', `/chatrooms?name=room%20${round}/&limit=1000&cursor=${cursor}`)
      names.push(...body.data.map(({ name }: Json) => name))
      cursor = body.cursor
    }
    expect([created.state, created.done]).toEqual(['done', count])
    expect(names.sort()).toEqual(drafts.map(({ name }) => name).sort())

    const added = await killedWithin({ action: 'add_members', usernames: ['bob'], filter })
    left += added.left
    expect([added.state, added.done, added.total]).toEqual(['done', count, count])
    const { body } = await call('GET', '/users/bob/joined_chatrooms?total=true&limit=1')
    expect(body.total).toBe(count)

    // A dry run that is killed, too, says the same (in the long form); what it allows happens.
    const asked = { action: 'dissolve', filter, dry_run: true }
    const dry = rounds > 1 ? await killedWithin(asked) : await runBulk(call, asked)
    expect(dry.done).toBe(count)
    const gone = await runBulk(call, { confirm: dry.confirm })
    expect([gone.done, gone.changed]).toEqual([count, 0])
    // Each was joined once: the log has one event for each.
    const some = (await bulkRooms(call, added.id)).slice(0, 50)
    for (const { room } of some) {
      const log = (await call('GET', `/chatrooms/${room}/audit`)).body.data as Json[]
      expect(log.filter(({ operation }) => operation === 'addMembers').length).toBe(1)
    }
  }
  expect(left).toBeGreaterThan(0)
  await served.end('SIGTERM')
})
