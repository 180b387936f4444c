import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { KitPage } from '../support/kit-page.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer(), aBrowser()])
  app = await server.app('acme#kits')
  await app.register('alice', 'bob')
  for (const [user, nickname] of [
    ['alice', 'Alice from Accounts'],
    ['bob', 'Bob the Builder'],
  ] as const)
    await app.call('PUT', `/metadata/user/${user}`, { nickname, avatarurl: anAvatar })
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const anAvatar = 'data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E'

test('12 with agora-chat-uikit a room is visited, reported and moderated, and nothing in the pages complains', async () => {
  const room = await app.room({ name: 'night owls', owner: 'alice', members: ['bob'] })
  const alice = await KitPage.open(browser, server, app, 'alice', room)
  await alice.message('Alice from Accounts').waitFor()
  await alice.say('before you came')
  await alice.message('before you came').waitFor()
  const bob = await KitPage.open(browser, server, app, 'bob', room)
  await alice.message('Bob the Builder').waitFor()
  await bob.message('before you came').waitFor()

  await alice.say('hello bob')
  await bob.message('hello bob').waitFor()
  await bob.say('hello alice')
  await alice.message('hello alice').waitFor()

  await bob.choose('hello bob', 'Report')
  await bob.confirm('Report', 'Harassment or bullying')
  const reports = async () => (await app.call('GET', '/moderation/report/messages')).body.data
  await until(async () => (await reports()).length === 1)
  expect(await reports()).toMatchObject([{ username: 'bob', chatroom_id: room, from: 'alice' }])

  const muted = async () => (await app.call('GET', `/chatrooms/${room}/mute`)).body.data
  await alice.showMembers()
  expect(await alice.avatarOf('Bob the Builder')).toBe(anAvatar)
  await alice.chooseForMember('Bob the Builder', 'Mute')
  await until(async () => (await muted()).length === 1)
  await bob.say('can you hear me?')
  await alice.showTab('Muted')
  await alice.chooseForMember('Bob the Builder', 'Unmute')
  await until(async () => (await muted()).length === 0)
  await bob.say('I can speak again')
  await alice.message('I can speak again').waitFor()
  expect(await alice.message('can you hear me?').count()).toBe(0)

  const members = async () => (await app.call('GET', `/chatrooms/${room}/users`)).body.data
  await alice.showTab('ALL')
  await alice.chooseForMember('Bob the Builder', 'Remove')
  await alice.confirm('Remove')
  await until(async () => (await members()).length === 1)
  expect([...alice.complaints, ...bob.complaints]).toEqual([])
  await alice.close()
  await bob.close()
})
