import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aConsole } from '../support/console-page.ts'
import { consoleTexts } from '../support/console-texts.ts'
import { aDatabase } from '../support/database.ts'
import { fetchJson, password } from '../support/operators.ts'
import { aReceiver } from '../support/receiver.ts'
import { started } from '../support/started.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

let browser: Browser
beforeAll(async () => {
  browser = await aBrowser()
})
afterAll(() => browser.close())

/** The server as somebody has it who has only the executable: its link to the console is what one begins with. */
async function aFirstStart() {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const database = await aDatabase()
  const server = await started([process.execPath, 'src/main.ts', 'serve'], dir, {
    env: { CHATROOMD_DATABASE_URL: database?.url ?? '', CHATROOMD_CALLBACK_NETWORKS: '127.0.0.0/8' },
    last: 'chatroomd operator add NAME --role admin\n',
  })
  return {
    url: server.url,
    setup: /\/console\/setup#[\w-]+/.exec(server.output)?.[0] ?? '',
    async stop() {
      await server.stop()
      await database?.remove()
      rmSync(dir, { recursive: true })
    },
  }
}

/** The page, and what stands on it, found by its English text in whichever language is shown. */
class Operator {
  constructor(
    readonly url: string,
    readonly page: Page,
    readonly say: ReturnType<typeof consoleTexts>,
  ) {}

  async press(name: string, place: Page | Locator = this.page): Promise<void> {
    await place.getByRole('button', { name: this.say(name), exact: true }).click()
  }

  async fill(label: string, value: string, place: Page | Locator = this.page): Promise<void> {
    await place.getByLabel(this.say(label), { exact: true }).fill(value)
  }

  async goTo(title: string): Promise<void> {
    const pages = this.page.getByRole('navigation', { name: this.say('Pages') })
    await pages.getByRole('link', { name: this.say(title), exact: true }).click()
    await this.page.getByRole('heading', { name: this.say(title), level: 1 }).waitFor()
  }

  async sees(english: string, values?: Record<string, string>): Promise<void> {
    const texts = this.page.getByText(this.say(english, values), { exact: true })
    await texts.filter({ visible: true }).first().waitFor()
  }

  /** Takes back what the page has just said that it has done. */
  async undo(done: string, values?: Record<string, string>): Promise<void> {
    const told = this.page.getByRole('dialog').filter({ hasText: this.say(done, values) })
    await this.press('Undo', told)
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog')
  }
}

/** The server of the new app, which has nothing but the credentials that were shown. */
interface Backend {
  call(method: string, path: string, body?: unknown): ReturnType<typeof fetchJson>
  speak(from: string, msg: string): Promise<string>
  report(by: string, message: string): Promise<void>
}

async function createApp(operator: Operator): Promise<Backend> {
  const { page, url } = operator
  await operator.goTo('Apps')
  await operator.press('Create app')
  await operator.fill('Organisation', 'acme')
  await operator.fill('Name', 'lounge', operator.dialog)
  await operator.press('Create')
  const shown = (name: string) => page.locator(`dt:text-is("${name}") + dd`).textContent()
  const credentials = { client_id: await shown('client_id'), client_secret: await shown('client_secret') }
  await operator.press('I have it')
  await operator.sees('This app has no chat rooms yet.')
  await page.reload()
  await operator.sees('This app has no chat rooms yet.')
  expect(await page.content()).not.toContain(credentials.client_secret ?? '')

  const app = `${url}/acme/lounge`
  const tokenFor = async (grant: Record<string, unknown>, headers = {}) =>
    (await fetchJson(`${app}/token`, 'POST', grant, headers)).body.access_token
  const token = await tokenFor({ grant_type: 'client_credentials', ...credentials })
  const authorization = `Bearer ${token}`
  const call: Backend['call'] = (method, path, body) => fetchJson(app + path, method, body, { authorization })
  return {
    call,
    async speak(from, msg) {
      const { body: rooms } = await call('GET', '/chatrooms')
      const to = [rooms.data[0].id]
      const sent = await call('POST', '/messages/chatrooms', { from, to, type: 'txt', body: { msg } })
      return sent.body.data[to[0]]
    },
    async report(by, message) {
      const own = await tokenFor({ grant_type: 'inherit', username: by }, { authorization })
      const path = `${app}/user/${by}/moderation/report/message/${message}`
      const why = { reportType: 'abuse', reportReason: 'an advertisement' }
      const { status } = await fetchJson(path, 'POST', why, { authorization: `Bearer ${own}` })
      expect(status).toBe(200)
    },
  }
}

/** Creates a room, looks at it live, and moderates what is said there; answers with its id. */
async function moderate(operator: Operator, backend: Backend): Promise<string> {
  const { page, say } = operator
  await backend.call(
    'POST',
    '/users',
    ['alice', 'bob', 'carol'].map((username) => ({ username })),
  )
  await operator.press('Create room')
  await operator.fill('Name', 'night owls', operator.dialog)
  await operator.fill('Owner', 'alice', operator.dialog)
  await operator.press('Create')
  await page.getByRole('heading', { name: 'night owls', exact: true }).waitFor()
  await operator.sees('Live')
  const room = /rooms\/(\d+)/.exec(page.url())?.[1] ?? ''
  await backend.call('POST', `/chatrooms/${room}/users`, { usernames: ['bob', 'carol'] })
  await page
    .getByRole('region', { name: say('Members'), exact: true })
    .getByText('carol', { exact: true })
    .waitFor()

  await backend.speak('bob', 'cheap followers')
  const messages = page.getByRole('region', { name: say('Messages') })
  await messages.getByText('cheap followers').waitFor()
  const choose = async (item: string) => {
    await messages.getByRole('button', { name: say('Moderate {user}', { user: 'bob' }) }).click()
    await page.getByRole('menuitem', { name: say(item), exact: true }).click()
  }
  await choose('Delete message')
  await operator.sees('Being deleted')
  await operator.undo('The message will be deleted')
  await page.getByText(say('Being deleted')).waitFor({ state: 'detached' })
  await choose('10 minutes')
  await operator.sees('{user} is muted', { user: 'bob' })
  expect((await backend.call('GET', `/chatrooms/${room}/mute`)).body.data).toMatchObject([{ user: 'bob' }])
  expect((await backend.call('GET', `/chatrooms/${room}/messages`)).body.count).toBe(1)
  return room
}

async function handleReport(operator: Operator, backend: Backend, room: string): Promise<void> {
  const { page, say } = operator
  const { body: history } = await backend.call('GET', `/chatrooms/${room}/messages`)
  const message = history.data[0].msg_id
  await backend.report('carol', message)
  await operator.goTo('Reports')
  await page.locator('tr[data-row]').waitFor()
  await until(async () => {
    await page.keyboard.press('j')
    return page.locator('tr:focus').isVisible()
  })
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: say('Reported message') })
  await dialog.getByText('cheap followers').waitFor()
  // What is to be done is in sight, however low the window is.
  await page.setViewportSize({ width: 1280, height: 420 })
  const bottomOf = async (place: Locator) => {
    const box = await place.boundingBox()
    return box ? box.y + box.height : Number.POSITIVE_INFINITY
  }
  expect(await bottomOf(dialog.getByRole('button', { name: say('Dismiss') }))).toBeLessThan(
    await bottomOf(dialog),
  )
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.keyboard.press('1')
  await operator.sees('Acted on')
  await operator.sees('Nothing waits for you.')
  const { body } = await backend.call('GET', `/moderation/report/messages/${message}`)
  expect(body.data.reports).toMatchObject([{ state: 'acted', handled_by: 'operator:admin' }])
  expect((await backend.call('GET', `/chatrooms/${room}/messages`)).body.count).toBe(0)
}

async function askWhy(operator: Operator): Promise<void> {
  const { page, say } = operator
  await operator.goTo('Why?')
  for (const [label, typed, option] of [
    ['Call', 'speak', 'speak'],
    ['User', 'bo', 'bob'],
    ['Chat room', 'owls', 'night owls'],
  ] as const) {
    await page.getByRole('combobox', { name: say(label), exact: true }).fill(typed)
    await page.getByRole('option', { name: option }).first().click()
  }
  await operator.press('Ask')
  await operator.sees('It would be refused.')
}

async function followCallback(operator: Operator, backend: Backend, room: string): Promise<void> {
  const { page, say } = operator
  const receiver = aReceiver()
  await operator.goTo('Callbacks')
  await operator.press('Create rule')
  await operator.fill('Name', 'messages', operator.dialog)
  await operator.fill('Address', receiver.url)
  await operator.press('Create')
  await operator.sees('The secret of the rule')
  await operator.press('I have it')
  await page.getByRole('heading', { name: 'messages', exact: true, level: 1 }).waitFor()
  expect(page.url()).toMatch(/\/callbacks\/[\w-]+$/)
  await backend.speak('carol', 'good evening')
  await receiver.wait(1)
  expect(receiver.got[0]?.body).toMatchObject({ from: 'carol', group_id: room })
  // The address alone leads here.
  await page.reload()
  const attempt = page.getByRole('listitem').filter({ hasText: 'message.sent' }).filter({ hasText: '200' })
  await until(async () => {
    await page.getByRole('button', { name: say('Read again') }).click()
    return attempt.isVisible()
  })
  receiver.stop()
}

async function undoDissolve(operator: Operator, backend: Backend, room: string): Promise<void> {
  const { page, say } = operator
  await operator.goTo('Chat rooms')
  await page.getByRole('link', { name: 'night owls' }).click()
  await page.getByRole('tab', { name: say('Settings') }).click()
  await operator.press('Dissolve…')
  await page.getByLabel(say('Type “{typed}” to go on', { typed: 'night owls' })).fill('night owls')
  await operator.press('Dissolve')
  await operator.sees('{0} was dissolved', { 0: 'night owls' })
  expect((await backend.call('GET', `/chatrooms/${room}`)).status).toBe(404)
  await operator.undo('{0} was dissolved', { 0: 'night owls' })
  await page.getByRole('heading', { name: 'night owls', exact: true }).waitFor()
  expect((await backend.call('GET', `/chatrooms/${room}`)).body.data.affiliations_count).toBe(3)
}

/** What the store is does not change what is said: one language on each, with JOURNEY_BOTH both. */
const languages = (['en', 'zh-CN'] as const).filter(
  (each) => process.env.JOURNEY_BOTH || (each === 'zh-CN') === (process.env.TEST_DATABASE_URL !== undefined),
)

for (const locale of languages) {
  test(`15 an operator who has only the executable sets it up, moderates and finds out why, in ${locale}`, async () => {
    const server = await aFirstStart()
    try {
      const { page, complaints, close } = await aConsole(browser, {
        url: server.url,
        at: server.setup,
        viewport: { width: 1280, height: 800 },
        locale,
      })
      const operator = new Operator(server.url, page, consoleTexts(locale))
      await operator.fill('Password', password)
      await operator.press('Create and sign in')
      await page.getByRole('heading', { name: operator.say('Overview') }).waitFor()
      const backend = await createApp(operator)
      const room = await moderate(operator, backend)
      await handleReport(operator, backend, room)
      await askWhy(operator)
      await followCallback(operator, backend, room)
      await undoDissolve(operator, backend, room)
      expect(complaints.filter((line) => !line.includes('status of 401'))).toEqual([])
      await close()
    } finally {
      await server.stop()
    }
  })
}
