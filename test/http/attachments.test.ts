import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refusal } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { fileIn, upload } from '../support/upload.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer({ file_space: '12' })
  app = await server.app('acme#lounge')
  await app.register('alice')
})
afterAll(() => server.stop())

const send = (body: BodyInit, token = app.token) => upload({ url: app.url, token, body })

function formWith(bytes: number, field = 'file'): FormData {
  const form = new FormData()
  form.append(field, new File([new Uint8Array(bytes).fill(7)], 'a.html', { type: 'text/html' }))
  return form
}

test('a file is read by whoever has its secret, as bytes and not as a page', async () => {
  const { status, body } = await send(formWith(100), (await asUser(app, 'alice')).token)
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      action: 'post',
      application: expect.any(String),
      applicationName: 'lounge',
      organization: 'acme',
      uri: `${app.url}/chatfiles`,
      entities: [
        { uuid: expect.any(String), type: 'chatfile', 'share-secret': expect.stringMatching(/^[\w-]{24}$/) },
      ],
      properties: {},
      timestamp: expect.any(Number),
      duration: expect.any(Number),
    },
  })
  const { uuid, secret = '' } = fileIn(body)
  for (const answer of [
    await fetch(`${app.url}/chatfiles/${uuid}?em-redirect=true&share-secret=${secret}`),
    await fetch(`${app.url}/chatfiles/${uuid}`, { headers: { 'share-secret': secret } }),
  ]) {
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await answer.bytes()).length).toBe(100)
  }
})

test('a wrong secret, no secret and another app find nothing', async () => {
  const { body } = await send(formWith(10))
  const { uuid, secret = '' } = fileIn(body)
  const other = await server.app('acme#annex')
  for (const url of [
    `${app.url}/chatfiles/${uuid}?share-secret=wrong`,
    `${app.url}/chatfiles/${uuid}`,
    `${app.url}/chatfiles/..%2F..%2Fchatroomd.db?share-secret=${secret}`,
    `${other.url}/chatfiles/${uuid}?share-secret=${secret}`,
  ]) {
    const answer = await fetch(url)
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 404,
      body: refusal('service_resource_not_found', 'Service resource not found'),
    })
  }
})

test('what is no file, too large, without a token or beyond the space is refused', async () => {
  const noFile = refusal('invalid_parameter', 'the body must be multipart/form-data with a field file')
  expect(await send(formWith(10, 'other'))).toEqual({ status: 400, body: noFile })
  expect(await send('{"file":1}')).toEqual({ status: 400, body: noFile })
  const tooLarge = refusal('request_entity_too_large', 'Request Entity Too Large')
  expect(await send(formWith(10 * 1024 * 1024 + 1))).toEqual({ status: 400, body: tooLarge })
  const stranger = refusal('unauthorized', 'Unable to authenticate (OAuth)')
  expect(await send(formWith(10), '')).toEqual({ status: 401, body: stranger })
  expect((await send(formWith(10 * 1024 * 1024))).status).toBe(200)
  const full = refusal('exceed_limit', 'there is no space for attachments left')
  expect(await send(formWith(2 * 1024 * 1024))).toEqual({ status: 400, body: full })
  expect((await send(formWith(10))).status).toBe(200)
})
