import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aConsole } from '../support/console-page.ts'
import { fetchJson, password } from '../support/operators.ts'
import { aServer, type TestServer } from '../support/server.ts'

setDefaultTimeout(120_000)

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer(), aBrowser()])
  await server.admin.addOperator('maria', 'admin', password)
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

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
  const { page, go, axe, complaints, close } = await aConsole(browser, {
    url: server.url,
    as: 'maria',
    locale: 'en-GB',
  })
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
