import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aConsole, type ConsolePage } from '../support/console-page.ts'
import { password } from '../support/operators.ts'
import { aReceiver } from '../support/receiver.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let browser: Browser
let app: TestApp
let console: ConsolePage

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer({ callback_networks: '127.0.0.0/8' }), aBrowser()])
  await server.admin.addOperator('maria', 'admin', password)
  app = await server.app('acme#lounge', { rooms: 10 })
  await app.register('alice', 'bob', 'carol', 'boris')
  console = await aConsole(browser, { url: server.url, as: 'maria', locale: 'en-GB' })
})
afterAll(async () => {
  await console.close()
  await browser.close()
  await server.stop()
})

// What the store is does not change what the browser does; the calls behind it are tested on both.
const inBrowser = test.skipIf(process.env.TEST_DATABASE_URL !== undefined)

async function clean(): Promise<void> {
  expect(await console.axe()).toEqual([])
  expect(console.complaints).toEqual([])
}

inBrowser(
  '15 call, user and room are chosen from lists, and the decision is drawn step by step',
  async () => {
    const room = await app.room({ name: 'night owls', owner: 'alice', members: ['bob', 'carol'] })
    const { page, go } = console
    await go('/a/acme/lounge/explain')
    const choose = async (name: string, typed: string, option: string) => {
      await page.getByRole('combobox', { name, exact: true }).fill(typed)
      await page.getByRole('option', { name: option }).first().click()
    }
    await choose('Call', 'mute up to', 'muteMembers')
    await choose('User', 'bo', 'bob')
    await page.getByRole('combobox', { name: 'Chat room' }).fill('owls')
    await page.getByRole('option', { name: 'night owls' }).waitFor()
    await clean()
    await page.getByRole('option', { name: 'night owls' }).click()
    await page.getByRole('button', { name: 'Put in an example' }).click()
    await page.getByRole('button', { name: 'Ask' }).click()
    const drawn = page.getByRole('list', { name: 'How it is decided' })
    await drawn.waitFor()
    const said = await drawn
      .getByRole('listitem')
      .evaluateAll((steps) =>
        steps.map(
          (step) =>
            `${step.querySelector('svg')?.getAttribute('aria-label')}: ${step.querySelector('h2')?.textContent}`,
        ),
      )
    expect(said).toEqual([
      'passed: Who calls',
      'passed: The app',
      'passed: The chat room',
      'says no: The role',
      'not reached: The rules',
    ])
    expect(await drawn.textContent()).toContain('May call: your server, owner, or admin')
    expect(await page.getByRole('link', { name: /Give bob another role/ }).getAttribute('href')).toContain(
      room,
    )
    await clean()
  },
)

inBrowser('15 quotas are shown with use and warning, and lead to the setting that raises them', async () => {
  const { page, go } = console
  while ((await app.call('GET', '/quotas')).body.data[0].used < 8) await app.room({ owner: 'carol' })
  await go('/a/acme/lounge/settings')
  const line = page.getByRole('listitem').filter({ hasText: 'Chat rooms' }).filter({ hasText: 'of 10 used' })
  await line.getByText('nearly used up').waitFor()
  expect(await line.getByRole('meter').getAttribute('aria-valuenow')).toBe('80')
  await clean()
  await line.getByRole('link', { name: 'Change the limit' }).click()
  await page.locator('input[aria-label="rooms"]:focus').fill('none')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('8 used, no limit').waitFor()
})

inBrowser('15 a user is found by prefix, and its sanctions in all rooms are shown and lifted', async () => {
  const { page, go } = console
  const room = await app.room({ name: 'sanctioned', owner: 'alice', members: ['boris'] })
  await app.call('POST', `/chatrooms/${room}/mute`, { usernames: ['boris'], mute_duration: 600_000 })
  await go('/a/acme/lounge/users')
  await page.getByRole('searchbox').fill('bor')
  await page.getByRole('link', { name: 'alice' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'boris' }).click()
  await page.getByRole('heading', { name: 'boris' }).waitFor()
  await clean()
  await page.getByRole('button', { name: 'Unmute' }).click()
  await page.getByText('Muted in no chat room').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Unmute' }).waitFor()
  await page.getByRole('button', { name: 'Deactivate…' }).click()
  const deactivate = page.getByRole('button', { name: 'Deactivate', exact: true })
  expect(await deactivate.isEnabled()).toBe(false)
  await page.getByLabel('Type “boris” to go on').fill('boris')
  await deactivate.click()
  await page.getByRole('button', { name: 'Activate', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await page.getByRole('button', { name: 'Deactivate…' }).waitFor()
})

inBrowser('15 what a user has sent everywhere is deleted once its id is typed, with the reason', async () => {
  const { page, go } = console
  const rooms = [
    await app.room({ owner: 'alice', members: ['carol'] }),
    await app.room({ owner: 'alice', members: ['carol'] }),
  ]
  const body = { from: 'carol', to: rooms, type: 'txt', body: { msg: 'spam' } }
  await app.call('POST', '/messages/chatrooms', body)
  await go('/a/acme/lounge/users/carol')
  await page.getByRole('button', { name: 'Delete messages…' }).click()
  await page.getByLabel('Reason').fill('it advertises')
  await page.getByLabel('Type “carol” to go on').fill('carol')
  await clean()
  await page.getByRole('button', { name: 'Delete all' }).click()
  await page.getByText('Messages deleted: 2').waitFor()
  for (const room of rooms) {
    const { data } = (await app.call('GET', `/chatrooms/${room}/audit?limit=1`)).body
    expect(data[0].changes).toMatchObject([{ type: 'message.deleted', reason: 'it advertises', count: 1 }])
  }
})

inBrowser(
  '15 an admin who was removed comes back as an admin, and a ban is lifted with a reason',
  async () => {
    const { page, go } = console
    const room = await app.room({ name: 'back', owner: 'alice', members: ['bob', 'carol'] })
    await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'bob' })
    const admins = async () => (await app.call('GET', `/chatrooms/${room}/admin`)).body.data
    await go(`/a/acme/lounge/rooms/${room}?tab=members`)
    const act = async (user: string, item: string) => {
      await page.getByRole('button', { name: `Moderate ${user}` }).click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
    }
    await page.getByText('Admin', { exact: true }).first().waitFor()
    await act('bob', 'Remove from the room')
    await until(async () => (await admins()).length === 0)
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await until(async () => (await admins()).includes('bob'))
    await act('carol', 'Ban')
    await go(`/a/acme/lounge/rooms/${room}?tab=sanctions`)
    await page.getByRole('button', { name: 'Let come back…' }).click()
    await page.getByLabel('Reason').fill('it was a mistake')
    await clean()
    await page.getByRole('button', { name: 'Let come back', exact: true }).click()
    await page.getByText('Nobody is banned.').waitFor()
    const { data } = (await app.call('GET', `/chatrooms/${room}/audit?limit=1`)).body
    expect(data[0].changes).toMatchObject([{ type: 'member.unblocked', reason: 'it was a mistake' }])
  },
)

inBrowser(
  '15 a delivery that succeeded is open at its own address, and is delivered again alone',
  async () => {
    const { page, go } = console
    const receiver = aReceiver(() => new Response('thanks'))
    const rule = { name: 'rooms', url: receiver.url, events: ['chatroom.created'], enabled: true }
    const { id } = (await app.call('POST', '/callbacks', rule)).body.data
    await app.room({ owner: 'alice' })
    const log = async () => (await app.call('GET', `/callbacks/${id}/deliveries`)).body.data
    await until(async () => (await log()).length === 1)
    await go(`/a/acme/lounge/callbacks/${id}?delivery=${(await log())[0].id}`)
    expect(await page.getByLabel('Answered').textContent()).toBe('thanks')
    await clean()
    await page.getByRole('button', { name: 'Deliver this one again' }).click()
    await receiver.wait(2)
    expect(receiver.got[1]?.body.callId).toBe(receiver.got[0]?.body.callId)
    receiver.stop()
  },
)

inBrowser(
  '15 keys go through lists of every kind, and the palette follows the colours of the system',
  async () => {
    const { page, go } = console
    await go('/a/acme/lounge/audit')
    await page.locator('main li').nth(1).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? null)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    expect(await focused()).toBe(await page.locator('main li').nth(1).textContent())
    await page.keyboard.press('k')
    expect(await focused()).toBe(await page.locator('main li').first().textContent())
    await page.keyboard.press('/')
    await page.getByRole('combobox').fill('system')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => localStorage.getItem('chatroomd.theme'))).toBe('system')
  },
)

inBrowser('15 the licences are those of the console and of all that the server runs with', async () => {
  const text = await (await fetch(`${server.url}/console/licenses.md`)).text()
  for (const name of ['react', 'pino', '@nats-io/transport-node', 'prom-client', 'sonic-boom'])
    expect(text).toMatch(new RegExp(`^## ${name} - \\d`, 'm'))
})
