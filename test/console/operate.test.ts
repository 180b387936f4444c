import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aConsole } from '../support/console-page.ts'
import { fetchJson, password } from '../support/operators.ts'
import { aReceiver } from '../support/receiver.ts'
import { aServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer({ callback_networks: '127.0.0.0/8' }), aBrowser()])
  await server.admin.addOperator('maria', 'admin', password)
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const theConsole = () => aConsole(browser, { url: server.url, as: 'maria', locale: 'en-GB' })

test('15 a secret is rotated with an overlap, which is shown, and ended before its time', async () => {
  const rotated = await server.app('acme#rotated')
  const statusOf = async (client_secret: string) =>
    (
      await fetchJson(`${rotated.url}/token`, 'POST', {
        grant_type: 'client_credentials',
        client_id: rotated.clientId,
        client_secret,
      })
    ).status
  const { page, go, axe, complaints, close } = await theConsole()
  await go('/a/acme/rotated/settings')
  await page.getByRole('button', { name: 'New secret…' }).click()
  await page.getByLabel('The old secret stays good for').selectOption('7 days')
  await page.getByRole('button', { name: 'New secret', exact: true }).click()
  const secret = (await page.locator('dt:text-is("client_secret") + dd').textContent()) ?? ''
  expect(await axe()).toEqual([])
  await page.getByRole('button', { name: 'I have it' }).click()
  await page.getByText('two secrets are good').waitFor()
  for (const each of [rotated.clientSecret, secret]) expect(await statusOf(each)).toBe(200)
  await page.getByRole('button', { name: 'End it now…' }).click()
  await page.getByRole('button', { name: 'End it', exact: true }).click()
  await page.getByText('two secrets are good').waitFor({ state: 'detached' })
  expect(await statusOf(rotated.clientSecret)).toBe(400)
  expect(await statusOf(secret)).toBe(200)
  expect(complaints).toEqual([])
  await close()
})

test('15 why a receiver refused a callback is read in the console', async () => {
  const app = await server.app('acme#callbacks')
  await app.register('alice')
  const receiver = aReceiver(() => Response.json({ problem: 'no such tenant' }, { status: 403 }))
  const rule = { name: 'rooms', url: receiver.url, events: ['chatroom.created'], enabled: true }
  const { body } = await app.call('POST', '/callbacks', rule)
  const room = await app.room({ owner: 'alice' })
  const { page, go, axe, complaints, close } = await theConsole()
  await receiver.wait(2)
  await go(`/a/acme/callbacks/callbacks/${body.data.id}`)
  const more = page.getByRole('button', { name: 'Request and answer' }).first()
  await until(async () => {
    if (await more.isVisible()) return true
    await page.getByRole('button', { name: 'Read again' }).click()
    return more.isVisible()
  })
  await more.click()
  expect(await page.getByLabel('Answered').textContent()).toContain('"problem": "no such tenant"')
  expect(await page.getByLabel('Sent').textContent()).toContain(`"id": "${room}"`)
  expect(await axe()).toEqual([])
  await page.getByRole('button', { name: 'Deliver again from here…' }).click()
  await page.getByRole('button', { name: 'Replay', exact: true }).click()
  await receiver.wait(3)
  expect(complaints).toEqual([])
  await close()
  receiver.stop()
})
