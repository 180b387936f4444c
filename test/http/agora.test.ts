import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHash, createHmac } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { readAgoraToken } from '../../src/auth/agora-token.ts'
import { readDynamicToken } from '../../src/auth/dynamic-token.ts'
import { anApp } from '../support/make.ts'
import { aServer, request, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

const appId = '3a18f6d4b2907e5c3a18f6d4b2907e5c'
const certificate = '16b05af49e38d27c16b05af49e38d27c'
const issuedS = 1_767_225_600
const vectors = {
  alice:
    '007eJxTYDhztax56dpaO1Er9dKqY0e23K2KD433y23enLrqlORNKQMFBuNEQ4s0sxSTJCNLA/NU02R0PsPO0EwBPgYGv8Q9DIwMrAyMDIwMID4rQ2JOZnIqABdRHeg=',
  app: '007eJxTYFi4qTbssC3bjYP+W85W5M6d772SfclX64rtU6xuHzE991ZagcE40dAizSzFJMnI0sA81TQZnc+wMzSzIZCRwS9xDwMjAysDIwMTA4jPwAAA+JwewA==',
}

const le16 = (value: number) => Buffer.from([value & 255, value >> 8])
const le32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const text = (value: string | Buffer) => Buffer.concat([le16(value.length), Buffer.from(value)])
const hmac = (key: Buffer, message: Buffer | string) => createHmac('sha256', key).update(message).digest()

/** An AccessToken2 as Agora's builders make it. */
function agoraToken(given: {
  id?: string
  cert?: string
  issued: number
  expire?: number
  user?: string
  services?: Buffer[]
}) {
  const { id = appId, cert = certificate, issued, expire = 3600, user = '' } = given
  const right = Buffer.concat([le16(user === '' ? 2 : 1), le32(expire)])
  const chat = Buffer.concat([le16(5), le16(1), right, text(user)])
  const services = [...(given.services ?? []), chat]
  const info = Buffer.concat([
    text(id),
    le32(issued),
    le32(expire),
    le32(7),
    le16(services.length),
    ...services,
  ])
  const signature = hmac(hmac(le32(7), hmac(le32(issued), cert)), info)
  return `007${deflateSync(Buffer.concat([text(signature), info])).toString('base64')}`
}

let server: TestServer
let app: TestApp
const nowS = () => Math.floor(Date.now() / 1000)

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge', { agoraAppId: appId, agoraCertificate: certificate })
  await app.register('alice', 'bob')
})
afterAll(() => server.stop())

const ask = (path: string, token: string, method = 'GET') =>
  request(method, app.url + path, undefined, { authorization: `Bearer ${token}` })

/** The response to a login over a socket. */
async function loggedIn(name: string, token: string, path?: string) {
  const socket = await TestSocket.open(server.url, path)
  socket.provision(app.key, name, token)
  const { provision } = await socket.find((got) => got.provision !== undefined)
  socket.close()
  return provision ?? {}
}

test("the public vectors of AccessToken2 are read, with their app's certificate alone", () => {
  expect(readAgoraToken(vectors.alice, appId, certificate, issuedS)).toEqual({
    userId: 'alice',
    expiresSeconds: issuedS + 3600,
  })
  expect(readAgoraToken(vectors.app, appId, certificate, issuedS)).toEqual({
    userId: '',
    expiresSeconds: issuedS + 86_400,
  })
  const other = certificate.replaceAll('1', '2')
  expect(readAgoraToken(vectors.alice, appId, other, issuedS)).toBeUndefined()
  expect(readAgoraToken(vectors.alice, other, certificate, issuedS)).toBeUndefined()
  expect(readAgoraToken(vectors.alice, appId, certificate, issuedS - 301)).toBeUndefined()
  for (const bad of ['007', '007x', `007${'A'.repeat(9000)}`, `${vectors.alice.slice(0, -12)}AAAAAAAAAAA=`])
    expect(readAgoraToken(bad, appId, certificate, issuedS)).toBeUndefined()
})

test('a token that inflates to more than 4 KiB is refused before it takes memory', () => {
  const bomb = `007${deflateSync(Buffer.alloc(5_000_000)).toString('base64')}`
  expect(readAgoraToken(bomb, appId, certificate, issuedS)).toBeUndefined()
})

test('an 007 token of the app and one of a user are good for calls, also behind other services', async () => {
  const issued = nowS()
  expect((await ask('/users', agoraToken({ issued }))).status).toBe(200)
  const rtc = Buffer.concat([le16(1), le16(0), text('channel'), text('uid')])
  const bob = agoraToken({ issued, user: 'bob', services: [rtc] })
  expect((await ask('/users/bob/joined_chatrooms', bob)).status).toBe(200)
  expect((await ask('/users', bob)).status).toBe(401)
  expect((await ask('/users/alice/joined_chatrooms', bob)).status).toBe(401)
  const unknown = Buffer.concat([le16(99), le16(0)])
  for (const token of [
    agoraToken({ issued: issued - 3600, expire: 3599 }),
    agoraToken({ issued, user: 'ghost' }),
    agoraToken({ issued, cert: appId }),
    agoraToken({ issued, services: [unknown] }),
  ])
    expect((await ask('/users/bob/joined_chatrooms', token)).status).toBe(401)
})

test('12.9 an 007 token names a user by its UUID, too, as it is registered and not banned', async () => {
  await app.register('dora')
  const { uuid } = (await app.call('GET', '/users/dora')).body.entities[0]
  const token = agoraToken({ issued: nowS(), user: uuid })
  expect((await ask('/users/dora/joined_chatrooms', token)).status).toBe(200)
  expect((await ask('/users/bob/joined_chatrooms', token)).status).toBe(401)
  expect((await loggedIn('dora', token)).status?.errorCode).toBe(0)
  await app.call('POST', '/users/dora/deactivate')
  expect((await ask('/users/dora/joined_chatrooms', token)).status).toBe(401)
  // A user of this name comes first.
  await app.register(uuid)
  expect((await ask(`/users/${uuid}/joined_chatrooms`, token)).status).toBe(200)
  expect((await ask('/users/dora/joined_chatrooms', token)).status).toBe(401)
})

test('a banned user is refused whoever has signed its token', async () => {
  await app.register('carol')
  const token = agoraToken({ issued: nowS(), user: 'carol' })
  expect((await ask('/users/carol/joined_chatrooms', token)).status).toBe(200)
  await app.call('POST', '/users/carol/deactivate')
  expect((await ask('/users/carol/joined_chatrooms', token)).status).toBe(401)
})

test('an app token is had for an 007 token, and for nothing else', async () => {
  const grant = (token: string) =>
    request('POST', `${app.url}/token`, { grant_type: 'agora' }, { authorization: `Bearer ${token}` })
  const { status, body } = await grant(agoraToken({ issued: nowS() }))
  expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'expire_timestamp']])
  expect((await ask('/users', body.access_token)).status).toBe(200)
  expect((await grant(agoraToken({ issued: nowS(), user: 'bob' }))).status).toBe(401)
})

test('every call is at /app-id/{app_id}, too, and its uri stays as it was', async () => {
  const id = await app.room({ owner: 'alice' })
  const { status, body } = await request('GET', `${server.url}/app-id/${appId}/chatrooms/${id}`, undefined, {
    authorization: `Bearer ${app.token}`,
  })
  expect([status, body.data.id, body.uri]).toEqual([200, id, `${app.url}/chatrooms/${id}`])
  const shouted = await request(
    'GET',
    `${server.url}/app-id/${appId.toUpperCase()}/chatrooms/${id}`,
    undefined,
    { authorization: `Bearer ${app.token}` },
  )
  expect([shouted.status, shouted.body.uri]).toEqual([200, body.uri])
  const unknown = await fetch(`${server.url}/app-id/${certificate}/chatrooms`)
  expect(unknown.status).toBe(404)
})

test("without a setting the app id is the app's UUID without dashes, and 007 tokens are refused", async () => {
  const plain = await server.app('acme#plain')
  const { body } = await plain.call('GET', '/chatrooms')
  const id = body.application.replaceAll('-', '')
  const headers = { authorization: `Bearer ${plain.token}` }
  expect((await request('GET', `${server.url}/app-id/${id}/chatrooms`, undefined, headers)).status).toBe(200)
  const token = agoraToken({ id, issued: nowS() })
  expect(
    (await request('GET', `${plain.url}/users`, undefined, { authorization: `Bearer ${token}` })).status,
  ).toBe(401)
})

/** A dynamic user token as a backend makes it. */
function dynamicToken(userId: string, curTime: number, ttl: number, secret = app.clientSecret): string {
  const appkey = app.key
  const signed = `${app.clientId}${appkey}${userId}${curTime}${ttl}${secret}`
  const signature = createHash('sha256').update(signed).digest('hex')
  return Buffer.from(`dt-${JSON.stringify({ signature, appkey, userId, curTime, ttl })}`).toString(
    'base64url',
  )
}

test('the public vector of a dynamic token is read', () => {
  const record = {
    ...anApp({ org: 'acme-demo', name: 'lounge' }),
    clientId: 'YXA6chatroomd-example',
    secret: 'YXA6example-secret',
  }
  const token =
    'ZHQteyJzaWduYXR1cmUiOiJiMzFlNmMzNjVlYmNjODFkNTEyMTdjZjdmZTMzZjdkYjg3NjdiY2Y4ZmIwZGVjOWJjMzkwODM5ZmE0MmJjY2Y2IiwiYXBwa2V5IjoiYWNtZS1kZW1vI2xvdW5nZSIsInVzZXJJZCI6ImFsaWNlIiwiY3VyVGltZSI6MTc2NzIyNTYwMCwidHRsIjo2MDB9'
  expect(readDynamicToken(record, record.secret, token, issuedS)).toEqual({
    userId: 'alice',
    expiresSeconds: issuedS + 600,
  })
})

test('12.9 sockets log in with 007 and dynamic tokens, where web and where native clients open them', async () => {
  for (const path of ['/websocket', '/ws', '/ws?resource=ios_1'])
    for (const token of [agoraToken({ issued: nowS(), user: 'bob' }), dynamicToken('bob', nowS(), 600)]) {
      expect([path, (await loggedIn('bob', token, path)).status?.errorCode]).toEqual([path, 0])
      const { status } = await loggedIn('alice', token, path)
      expect(status?.reason).toBe('Sorry, token or password does not match login info')
    }
  for (const token of [
    agoraToken({ issued: nowS() - 3600, expire: 3599, user: 'bob' }),
    dynamicToken('bob', nowS() - 601, 600),
  ])
    expect((await loggedIn('bob', token)).status?.reason).toBe('Sorry, token expired')
})

test('a dynamic token stands for its user until it ends, as long as the secret is the same', async () => {
  const path = '/users/bob/joined_chatrooms'
  const good = dynamicToken('bob', nowS(), 600)
  expect((await ask(path, good)).status).toBe(200)
  expect((await ask(path, `${good}=`)).status).toBe(200)
  for (const bad of [
    dynamicToken('bob', nowS() - 601, 600),
    dynamicToken('bob', nowS() + 600, 600),
    dynamicToken('bob', nowS(), 600, 'another secret'),
    dynamicToken('bob', nowS(), -1),
    dynamicToken('ghost', nowS(), 600),
  ])
    expect((await ask(path, bad)).status).toBe(401)
  await app.rotateSecret()
  expect((await ask(path, good)).status).toBe(401)
})

test('17.4 an app that is being deleted takes no token of Agora any more', async () => {
  const id = '5c3a18f6d4b2907e5c3a18f6d4b2907e'
  const leaving = await server.app('acme#leaving', { agoraAppId: id, agoraCertificate: certificate })
  const status = async (expire: number) => {
    const authorization = `Bearer ${agoraToken({ id, issued: nowS(), expire })}`
    return (await request('GET', `${leaving.url}/chatrooms`, undefined, { authorization })).status
  }
  expect(await status(600)).toBe(200)
  await server.admin.closeApp('acme#leaving')
  // One that was used before, and one that was not.
  expect([await status(600), await status(601)]).toEqual([401, 401])
})
