import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { refusal } from '../support/bodies.ts'
import { aBrowser } from '../support/browser.ts'
import { type SdkClient, sdkNames } from '../support/sdk-client.ts'
import { sdkInPage } from '../support/sdk-in-page.ts'
import { aServer, request, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let browser: Browser

beforeAll(async () => {
  server = await aServer()
  browser = await aBrowser()
  app = await server.app('acme#lounge', { agoraAppId: '3a18f6d4b2907e5c3a18f6d4b2907e5c' })
  await app.call('POST', '/users', { username: 'alice', password: 'alice-1' })
}, 30_000)
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const ask = (query: string, headers?: Record<string, string>) =>
  request('GET', `${server.url}/easemob/server.json?${query}`, undefined, headers)

const hosts = (domain: string, port: string, httpsPort = port) => ({
  hosts: [
    { protocol: 'http', domain, port },
    { protocol: 'https', domain, port: httpsPort },
  ],
})

test('a client learns where the server is, under the name that it has called', async () => {
  const { status, headers, body } = await ask('app_key=acme%23lounge&sdk_version=4.21.1&file_version=1')
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBe('*')
  const here = hosts('127.0.0.1', new URL(server.url).port)
  expect(body).toEqual({
    app_key: 'acme#lounge',
    deploy_name: 'chatroomd',
    file_version: '1',
    enableDataReport: 'false',
    enableReportLogs: 'false',
    uploadinparts_enable: 'false',
    rest: here,
    'msync-wx': here,
  })
  const named = await ask('app_key=acme%23lounge', { host: 'chat.example.test' })
  expect(named.body.rest).toEqual(hosts('chat.example.test', '80', '443'))
})

test('an app is named by its id, too', async () => {
  const { body } = await ask('app_id=3a18f6d4b2907e5c3a18f6d4b2907e5c')
  expect(body.app_key).toBe('acme#lounge')
})

test('an app that there is not is refused', async () => {
  const text = (of: string) => `Could not find application for ${of} from URI: easemob/server.json`
  for (const [query, of] of [
    ['app_key=acme%23nothing', 'acme/nothing'],
    ['app_id=00', '00/'],
    ['', '/'],
  ] as const) {
    const { status, body } = await ask(query)
    expect([status, body]).toEqual([404, refusal('organization_application_not_found', text(of))])
  }
})

test('the public address is returned where one is set', async () => {
  const other = await aServer({ public_url: 'https://chat.example.com' })
  await other.app('acme#lounge')
  const { body } = await request('GET', `${other.url}/easemob/server.json?app_key=acme%23lounge`)
  await other.stop()
  expect(body['msync-wx'].hosts).toEqual([
    { protocol: 'https', domain: 'chat.example.com', port: '443' },
    { protocol: 'http', domain: 'chat.example.com', port: '80' },
  ])
})

for (const name of sdkNames) {
  describe(name, () => {
    test('finds the server by itself, logs in and talks', async () => {
      const room = await app.room({ owner: 'alice' })
      let alice: SdkClient | undefined
      try {
        alice = await sdkInPage(browser, name, {
          url: server.url,
          appKey: app.key,
          user: 'alice',
          pwd: 'alice-1',
          options: { isHttpDNS: true, apiUrl: '', url: '' },
          discovery: server.url,
        })
        expect((await alice.send(room, 'txt', { msg: 'hello' })).serverMsgId).toMatch(/^\d+$/)
      } finally {
        await alice?.close()
      }
    }, 20_000)
  })
}
