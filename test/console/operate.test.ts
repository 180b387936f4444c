import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { aBrowser } from '../support/browser.ts'
import { aConsole } from '../support/console-page.ts'
import { fetchJson, password } from '../support/operators.ts'
import { connectAs } from '../support/people.ts'
import { aReceiver, type Received } from '../support/receiver.ts'
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

test('15 a text is tried against the keywords, and nothing is sent', async () => {
  const app = await server.app('acme#words')
  for (const [name, action, word] of [
    ['ads', 'refuse', '代刷'],
    ['rude', 'replace', 'darn'],
  ]) {
    const { body } = await app.call('POST', '/moderation/keyword_lists', { name, action })
    await app.call('POST', `/moderation/keyword_lists/${body.data.id}/words`, { words: [word] })
  }
  const { page, go, axe, complaints, close } = await theConsole()
  await go('/a/acme/words/keywords')
  const verdict = page.getByRole('status').filter({ hasNot: page.getByRole('listitem') })
  for (const [text, said] of [
    ['专业代刷，量大从优', 'is refused 代刷'],
    ['darn it', 'is reported or masked darn → *** it'],
    ['good evening', 'passes'],
  ] as const) {
    await page.getByLabel('Text').fill(text)
    await page.getByRole('button', { name: 'Check' }).click()
    await verdict.filter({ hasText: said }).waitFor()
  }
  expect(await axe()).toEqual([])
  expect(complaints).toEqual([])
  await close()
})

test('15 a user is disconnected, and gets another password', async () => {
  const app = await server.app('acme#people')
  await app.register('alice')
  const alice = await connectAs(app, 'alice')
  const { page, go, complaints, close } = await theConsole()
  await go('/a/acme/people/users/alice')
  await page.getByText('online', { exact: true }).waitFor()
  await page.getByRole('main').getByRole('button', { name: 'Disconnect' }).first().click()
  await alice.closed
  await page.getByText('Not connected.').waitFor()
  await page.getByRole('button', { name: 'Set password…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Password of alice' })
  await dialog.getByLabel('New password').fill('a new one')
  await dialog.getByLabel('Type “alice” to go on').fill('alice')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  const given = { grant_type: 'password', username: 'alice', password: 'a new one' }
  expect((await fetchJson(`${app.url}/token`, 'POST', given)).status).toBe(200)
  expect(complaints).toEqual([])
  await close()
})

/** Where examples of checking a signature can be run: each says whether a callback is signed by the secret. */
const checkers: Record<string, (text: string, secret: string, got: Received) => Promise<boolean>> = {
  async JavaScript(text, secret, { headers, text: body }) {
    const file = join(server.dir, 'example.mjs')
    await Bun.write(file, text)
    const { isSigned } = await import(file)
    return isSigned(secret, headers, body)
  },
  async Python(text, secret, { headers, text: body }) {
    if (!Bun.which('python3')) return true
    const given = JSON.stringify([secret, Object.fromEntries(headers), body])
    const script = `${text}\nimport json, sys\nsecret, headers, body = json.load(sys.stdin)\nprint(is_signed(secret, headers, body.encode()))`
    const { stdout } = Bun.spawnSync(['python3', '-c', script], { stdin: Buffer.from(given) })
    return stdout.toString().trim() === 'True'
  },
  async curl(text, secret) {
    const receiver = aReceiver()
    const tools = ['bash', 'curl', 'openssl', 'od', 'base64'].every((tool) => Bun.which(tool))
    if (!tools) return true
    const env = { ...process.env, SECRET: secret, URL: receiver.url }
    await Bun.spawn(['bash', '-c', text], { env, stdout: 'ignore', stderr: 'ignore' }).exited
    receiver.stop()
    const [sent] = receiver.got
    if (!sent) return false
    new Webhook(secret).verify(sent.text, Object.fromEntries(sent.headers))
    return true
  },
}

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
  const help = page.locator('section:has(h2:text-is("Check the signature"))')
  const texts = new Set<string>()
  for (const language of ['JavaScript', 'Python', 'Go', 'Java', 'curl']) {
    await help.getByLabel('Language').selectOption(language)
    const text = (await help.locator('pre').textContent()) ?? ''
    texts.add(text)
    const [got] = receiver.got
    if (got) expect([language, await checkers[language]?.(text, body.data.secret, got)]).not.toContain(false)
  }
  expect(texts.size).toBe(5)
  expect(complaints).toEqual([])
  await close()
  receiver.stop()
})
