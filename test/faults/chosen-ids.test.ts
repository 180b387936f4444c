import { afterAll, beforeAll, expect, test } from 'bun:test'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let other: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  other = await server.app('acme#other')
  for (const each of [app, other]) await each.register('alice')
})
afterAll(() => server.stop())

const create = (of: TestApp, roomid?: string) =>
  of.call('POST', '/chatrooms', { name: 'a', description: 'b', owner: 'alice', roomid })

const after = (id: string, steps: number): string => String(BigInt(id) + BigInt(steps))

test('10.9 the generator passes over ids that were chosen, in any app', async () => {
  const last = (await create(app)).body.data.id
  const chosen = [1, 2, 3, 5].map((steps) => after(last, steps))
  for (const [at, id] of chosen.entries()) {
    const reply = await create(at % 2 === 0 ? app : other, id)
    expect([reply.status, reply.body.data?.id]).toEqual([200, id])
  }
  const given: string[] = []
  for (let n = 0; n < 6; n += 1) {
    const reply = await create(n % 2 === 0 ? app : other)
    expect(reply.status).toBe(200)
    given.push(reply.body.data.id)
  }
  expect(given.filter((id) => chosen.includes(id))).toEqual([])
  expect(new Set(given).size).toBe(6)
})

test('10.9 many creates at once find no chosen id in their way', async () => {
  const last = (await create(app)).body.data.id
  const choosing = Array.from({ length: 20 }, (_, n) => create(app, after(last, 3 * n + 1)))
  const creating = Array.from({ length: 60 }, () => create(app))
  const replies = await Promise.all([...choosing, ...creating])
  expect(replies.slice(20).map(({ status }) => status)).toEqual(Array(60).fill(200))
  expect(replies.filter(({ status }) => status >= 500)).toEqual([])
  const ids = replies.flatMap(({ body }) => body.data?.id ?? [])
  expect(new Set(ids).size).toBe(ids.length)
})

test('10.9 the id of a dissolved room, chosen or not, is never given again', async () => {
  const generated = (await create(app)).body.data.id
  for (const id of ['lobby', generated]) {
    if (id === 'lobby') expect((await create(app, id)).status).toBe(200)
    expect((await app.call('DELETE', `/chatrooms/${id}`)).status).toBe(200)
    const again = await create(app, id)
    expect([again.status, again.body.error, again.body.error_description]).toEqual([
      400,
      'illegal_argument',
      `group ID ${id} already exists!`,
    ])
  }
  expect((await create(other, 'lobby')).status).toBe(200)
})

test('10.9 an id that was chosen by several at once is given to one of them', async () => {
  const replies = await Promise.all(Array.from({ length: 10 }, () => create(app, 'contended')))
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(400)])
})
