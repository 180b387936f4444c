import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { all } from '../../src/operations/index.ts'
import { everythingNotServed } from '../../src/operations/not-served/index.ts'
import { asUser } from '../support/people.ts'
import { sdkInBun } from '../support/sdk-client.ts'
import { aServer, type Reply, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
})
afterAll(() => server.stop())

interface Row {
  method: string
  path: string
  answer: string
}

/** The rows of a part of the page: a call, and the last cell. */
function rowsOf(part: string): Row[] {
  return [...part.matchAll(/^\|.*?`(GET|POST|PUT|DELETE) (\/\S+)` \| (.*) \|$/gm)].map(
    ([, method = '', path = '', answer = '']) => ({ method, path, answer }),
  )
}

const filled = (path: string): string =>
  path.replace('{username}', 'alice').replaceAll(/\{\w+\}/g, '248710559375361')

const isUnknown = ({ status, body }: Reply): boolean =>
  status === 405 || (status === 404 && body?.error_description === 'Service resource not found')

for (const file of ['docs/served.md', 'docs/served.zh-CN.md']) {
  describe(file, () => {
    const [, yes = '', no = ''] = readFileSync(file, 'utf8').split(/^## /m)
    const [served, notServed] = [rowsOf(yes), rowsOf(no)]

    test('lists every route once', () => {
      const shown = [...served, ...notServed].map(({ method, path }) => `${method} ${path}`)
      const routes = all
        .flatMap(({ call }) => call?.routes ?? [])
        .map((route) => route.replace(/:(\w+)/g, '{$1}'))
      const system = shown.filter((row) => !routes.includes(row))
      expect(shown).toHaveLength(new Set(shown).size)
      expect(routes.filter((route) => !shown.includes(route))).toEqual([])
      expect(system).toContain('GET /health/live')
    })

    test('every call that it names as served is a route', async () => {
      expect(served.length).toBeGreaterThan(50)
      for (const { method, path } of served) {
        const isOfApp = all.some(({ call }) =>
          call?.routes.some((route) => route.replace(/:(\w+)/g, '{$1}') === `${method} ${path}`),
        )
        const url = isOfApp ? app.url : server.url
        // Without a token nothing is done; what needs none is read only.
        const response = await fetch(url + filled(path), { method })
        const body = await response.json().catch(() => undefined)
        const reply = { status: response.status, body, headers: response.headers }
        // An attachment that is not there has the text of a path that is not there.
        if (!path.startsWith('/chatfiles'))
          expect([method, path, isUnknown(reply)]).toEqual([method, path, false])
      }
    })

    test('every call that it names as not served responds as the page states, and no other way', async () => {
      expect(notServed.length).toBeGreaterThan(60)
      const alice = await asUser(app, 'alice')
      for (const { method, path, answer } of notServed) {
        const body = method === 'PUT' ? { type: 'NONE' } : undefined
        const reply = await alice(method, filled(path), body)
        const { error, error_description: text, data, result } = reply.body
        const shown =
          reply.status === 200
            ? `200 \`${JSON.stringify(data === undefined ? { result } : { data })}\``
            : `${reply.status} \`${error}\` \`${text}\``
        expect([method, path, shown]).toEqual([method, path, answer])
        expect((await app.call(method, filled(path), body)).status).toBe(reply.status)
      }
    })
  })
}

test('no call is declared as served and as not served', () => {
  const routes = all.flatMap(({ call }) => (call?.routes ?? []).map((route) => route.replace(/:\w+/g, ':')))
  expect(routes.filter((route, place) => routes.indexOf(route) !== place)).toEqual([])
})

test('a call that is not served needs a token like any other', async () => {
  const response = await fetch(`${app.url}/users/alice/messageroaming`, { method: 'POST' })
  expect(response.status).toBe(401)
})

test('presence that is not open is refused in `result`, too, where the web SDK looks for it', async () => {
  const { body } = await app.call('POST', '/users/alice/presence/web_1/1', { ext: 'busy' })
  expect(body).toMatchObject({
    error: 'service open exception',
    error_description: 'the app not open presence',
    result: 'the app not open presence',
  })
})

test('a list of groups that nobody is in has the `uri` that the web SDK needs', async () => {
  const { body } = await app.call('GET', '/users/alice/joined_chatgroups?pagenum=1&pagesize=20')
  expect(body).toMatchObject({ data: [], entities: [], uri: `${app.url}/users/alice/joined_chatgroups` })
})

test('settings of notifications are returned as they were sent', async () => {
  const sent = { type: 'NONE', ignoreInterval: '21:30-08:00' }
  expect((await app.call('PUT', '/users/alice/notification/user/bob', sent)).body.data).toEqual(sent)
})

test('each feature that is not served has a name in both languages', () => {
  for (const { name, operations } of everythingNotServed) {
    expect(name.zh).toMatch(/\p{Script=Han}/u)
    expect(operations.length).toBeGreaterThan(0)
  }
})

test('12.8 every call about groups that web SDKs have is refused in their words', async () => {
  const alice = await asUser(app, 'alice')
  for (const [method, path] of [
    ['GET', '/publicchatgroups?limit=20'],
    ['GET', '/sdk/chatgroups/1/mute/alice'],
    ['PUT', '/sdk/metadata/chatgroup/1/user/alice?resource=web_1'],
    ['POST', '/sdk/metadata/chatgroup/1/get'],
    ['GET', '/chatgroups/user/alice/joined_count'],
    ['GET', '/chatgroups/1/acks/2'],
    ['DELETE', '/chatgroups/1/shield?version=v3'],
  ] as const) {
    const { status, body } = await alice(method, path)
    expect([path, status, body.error_description]).toEqual([path, 403, 'service not open!'])
  }
})

test('12.8 the web SDK learns that speech to text is not enabled', async () => {
  const { token: accessToken } = await asUser(app, 'alice')
  const login = { url: server.url, appKey: app.key, user: 'alice', accessToken }
  const alice = await sdkInBun('easemob-websdk', login)
  const voice = { type: 'audio', url: `${app.url}/chatfiles/0c1f7a10-88aa-4f0e-a0a9-3d1b7d2c5e11` }
  const said = await alice.call('voiceMessageToText', voice).catch((error) => error)
  await alice.close()
  // 505 is `SERVICE_NOT_ENABLED`.
  expect(said).toMatchObject({ type: 505, message: 'service not open!' })
})
