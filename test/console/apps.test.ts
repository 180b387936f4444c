import { afterAll, beforeAll, expect, test } from 'bun:test'
import { anOperator, type Browser, fetchJson } from '../support/operators.ts'
import { aServer, type TestServer } from '../support/server.ts'

let server: TestServer
let admin: Browser
let viewer: Browser

beforeAll(async () => {
  server = await aServer()
  admin = await anOperator(server, 'maria', 'admin')
  viewer = await anOperator(server, 'vera', 'viewer')
})
afterAll(() => server.stop())

const tokenOf = (credentials: { client_id: string; client_secret: string }) =>
  fetchJson(`${server.url}/acme/lounge/token`, 'POST', { grant_type: 'client_credentials', ...credentials })

test('15 an admin creates an app, whose secret is shown once and can be made anew', async () => {
  const { status, body } = await admin.call('POST', '/console/api/apps', { key: 'acme#lounge' })
  expect(status).toBe(200)
  const { key, ...credentials } = body
  expect(key).toBe('acme#lounge')
  expect((await tokenOf(credentials as never)).status).toBe(200)
  const again = await admin.call('POST', '/console/api/apps', { key: 'acme#lounge' })
  expect(again.status).toBe(400)
  const secrets = '/acme/lounge/secrets'
  const { data: second } = (await admin.call('POST', secrets, { overlap_seconds: 60 })).body
  for (const each of [credentials, second]) expect((await tokenOf(each)).status).toBe(200)
  const { data: shown } = (await viewer.call('GET', secrets)).body
  expect(shown).toEqual({ client_id: second.client_id, previous_secret_until: second.previous_secret_until })
  for (const method of ['POST', 'DELETE'])
    expect((await viewer.call(method, secrets, method === 'POST' ? {} : undefined)).status).toBe(403)
  expect((await admin.call('DELETE', secrets)).status).toBe(200)
  expect((await tokenOf(credentials as never)).status).toBe(400)
  expect((await tokenOf(second)).status).toBe(200)
  const { body: trail } = await admin.call('GET', '/acme/lounge/audit?limit=1')
  expect(trail.data[0]).toMatchObject({ operation: 'endPreviousSecret', operator: 'operator:maria' })
  expect((await viewer.call('POST', '/console/api/apps', { key: 'acme#other' })).status).toBe(403)
})

test('15 settings are read with their meaning, changed as texts, and refused with the reason', async () => {
  const path = '/console/api/apps/acme%23lounge/settings'
  const { body } = await viewer.call('GET', path)
  const rooms = (settings: { name: string; value: string }[]) => settings.find(({ name }) => name === 'rooms')
  expect(rooms(body.settings)).toMatchObject({ value: 'none', default: 'none', secret: false })
  expect((await viewer.call('PUT', path, { rooms: '5' })).status).toBe(403)
  const changed = await admin.call('PUT', path, { rooms: '5' })
  expect(rooms(changed.body.settings)?.value).toBe('5')
  const refused = await admin.call('PUT', path, { rooms: 'many' })
  expect([refused.status, refused.body.error_description]).toEqual([
    400,
    'rooms must be a whole number, or none',
  ])
  expect((await admin.call('GET', '/console/api/apps/acme%23none/settings')).status).toBe(404)
})
