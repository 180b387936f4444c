import { afterAll, beforeAll, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { sdkInPage, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { wholeStory } from '../support/story.ts'

setDefaultTimeout(120_000)

let server: TestServer
let app: TestApp
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer(), aBrowser()])
  app = await server.app('acme#lounge')
  for (const username of ['alice', 'bob']) {
    await app.call('POST', '/users', { username, password: `${username}-1` })
  }
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'alice' })
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

for (const name of sdkNames) {
  test(`a room from its creation to its end, in two pages with ${name}`, async () => {
    const login = (user: string) => ({ url: server.url, appKey: app.key, user, pwd: `${user}-1` })
    const alice = await sdkInPage(browser, name, login('alice'))
    const bob = await sdkInPage(browser, name, login('bob'))
    await wholeStory(app, alice, bob)
    await alice.close()
    await bob.close()
  })
}
