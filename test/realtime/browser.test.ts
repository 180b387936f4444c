import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { sdkBuilds, sdkInPage } from '../support/sdk-in-page.ts'
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

for (const name of sdkBuilds) {
  test(`a room from its creation to its end, in two pages with ${name}`, async () => {
    const login = (user: string) => ({ url: server.url, appKey: app.key, user, pwd: `${user}-1` })
    const alice = await sdkInPage(browser, name, login('alice'))
    const bob = await sdkInPage(browser, name, login('bob'))
    await wholeStory(app, alice, bob)
    await alice.close()
    await bob.close()
  })
}

test('the build for uni-app talks to its platform, not to the browser', async () => {
  const login = { url: server.url, appKey: app.key, user: 'alice', pwd: 'alice-1' }
  const alice = await sdkInPage(browser, 'easemob-websdk uniApp', login)
  const { body } = await app.call('GET', '/users/alice/resources')
  expect(body.data).toMatchObject([{ res: expect.stringMatching(/^webim_uni_/) }])
  await alice.close()
})
