import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aConsole } from '../support/console-page.ts'
import { password } from '../support/operators.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

let server: TestServer
let app: TestApp
let browser: Browser
let room: string

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer(), aBrowser()])
  app = await server.app('acme#lounge')
  await server.admin.addOperator('maria', 'admin', password)
  await app.register('alice', 'bob', 'carol')
  await app.room({ name: 'day owls', owner: 'alice' })
  room = await app.room({ name: 'night owls', owner: 'alice', members: ['bob', 'carol'] })
  await app.call('POST', `/chatrooms/${room}/mute`, { usernames: ['carol'], mute_duration: 60_000 })
  await app.call('POST', '/messages/chatrooms', {
    from: 'bob',
    to: [room],
    type: 'txt',
    body: { msg: '你好' },
  })
  const { body: list } = await app.call('POST', '/moderation/keyword_lists', {
    name: 'ads',
    action: 'refuse',
  })
  await app.call('POST', `/moderation/keyword_lists/${list.data.id}/words`, { words: ['代刷', 'cheap'] })
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const pages = (): string[] => [
  '/',
  '/apps',
  '/operators',
  '/permissions',
  '/maintenance',
  '/log',
  '/a/acme/lounge/rooms',
  `/a/acme/lounge/rooms/${room}`,
  `/a/acme/lounge/rooms/${room}?tab=settings`,
  `/a/acme/lounge/rooms/${room}?tab=sanctions`,
  `/a/acme/lounge/rooms/${room}?tab=audit`,
  '/a/acme/lounge/reports',
  '/a/acme/lounge/keywords',
  '/a/acme/lounge/users',
  '/a/acme/lounge/users/bob',
  '/a/acme/lounge/callbacks',
  '/a/acme/lounge/settings',
  '/a/acme/lounge/explain',
  '/a/acme/lounge/audit',
]

const desk = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

for (const [title, options] of [
  ['in English, light, at a desk', { ...desk, locale: 'en-GB', colorScheme: 'light' }],
  ['in Chinese, dark, on a phone', { ...phone, locale: 'zh-CN', colorScheme: 'dark' }],
] as const) {
  // What the store is does not change how a page looks.
  test.skipIf(process.env.TEST_DATABASE_URL !== undefined)(
    `15 every page ${title}: axe finds nothing, nothing is cut off, and the policy is kept`,
    async () => {
      const shown = await aConsole(browser, { url: server.url, as: 'maria', ...options })
      const { page } = shown
      for (const path of pages()) {
        await shown.go(path)
        expect({ path, found: await shown.axe() }).toEqual({ path, found: [] })
        const beside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect({ path, beside }).toEqual({ path, beside: 0 })
        const isChinese = /[一-鿿]/.test((await page.locator('h1').textContent()) ?? '')
        if (!/users\/bob|rooms\/\d/.test(path))
          expect({ path, isChinese }).toEqual({ path, isChinese: options.locale === 'zh-CN' })
      }
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(options.colorScheme)
      expect(shown.complaints).toEqual([])
      await shown.close()
    },
  )
}

test('15 times are in the zone of the viewer', async () => {
  const timeZone = 'Pacific/Kiritimati'
  const viewer = { url: server.url, as: 'maria', locale: 'en', timezoneId: timeZone }
  const { page, go, close } = await aConsole(browser, viewer)
  await go('/a/acme/lounge/users')
  const time = page.getByRole('row').filter({ hasText: 'alice' }).locator('time')
  const at = new Date((await time.getAttribute('datetime')) ?? '')
  const there = { timeZone, day: '2-digit', hour: '2-digit', hour12: false } as const
  const [day, hour] = at.toLocaleString('en', there).split(', ')
  expect(await time.textContent()).toMatch(new RegExp(`^\\d\\d/${day}/\\d{4}, ${hour}:\\d\\d$`))
  await close()
})

test('15 what is against the policy of the page fails the test that looks at it', async () => {
  const { page, complaints, close } = await aConsole(browser, { url: server.url, as: 'maria' })
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.title = "taken over"'
    document.body.append(script)
  })
  await until(() => complaints.length > 0)
  expect(await page.title()).not.toBe('taken over')
  await expect(close()).rejects.toThrow('Content Security Policy')
})

test('15 one signs in, chooses a language and colours, and signs out again', async () => {
  const context = await browser.newContext({ ...desk, locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(`${server.url}/console`)
  await page.getByLabel('Name').fill('maria')
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').filter({ hasText: 'Name or password is wrong.' }).waitFor()
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.getByRole('button', { name: 'Language' }).click()
  await page.getByRole('menuitem', { name: '简体中文' }).click()
  await page.getByRole('heading', { name: '概览' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('聊天室')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '聊天室' }).waitFor()
  await page.locator('tr[data-row]').first().waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: '快捷键' }).getByText('在本页搜索').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('/')
  await page.keyboard.type('owls')
  await page.waitForURL(/q=owls/)
  await page.locator('tr[data-row]').nth(1).waitFor()
  await page.keyboard.press('Escape')
  for (const [key, row] of [
    ['j', '0'],
    ['j', '1'],
    ['k', '0'],
  ] as const) {
    await page.keyboard.press(key)
    await page.locator(`tr[data-row="${row}"]:focus`).waitFor()
  }
  await page.keyboard.press('x')
  await page
    .getByRole('checkbox', { name: '选择 night owls', exact: true })
    .and(page.locator(':checked'))
    .waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'night owls' }).waitFor()
  await page.getByRole('button', { name: '当前账号：maria' }).click()
  await page.getByRole('menuitem', { name: '退出登录' }).first().click()
  await page.getByRole('heading', { name: '登录' }).waitFor()
  await context.close()
})
