import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aServer, type TestServer } from '../support/server.ts'

const axeSource = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8')

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await aServer()
  browser = await aBrowser()
}, 90_000)
afterAll(async () => {
  await browser.close()
  await server.stop()
})

test('the API reference page shows every call, and loads from nobody but the server', async () => {
  const page = await browser.newPage()
  const asked: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).origin))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', ({ message }) => complaints.push(message))
  await page.goto(`${server.url}/docs`)
  await page.waitForSelector('.opblock-tag')
  const drawnMs = await page.evaluate(() => performance.now())
  // On a busy machine the browser waits for its turn: only the long form holds it to the bar.
  const { FIRST_RENDER_MS: most } = process.env
  if (most) {
    console.log({ drawnMs })
    expect(drawnMs).toBeLessThan(Number(most))
  }
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object }
  const calls = Object.values(paths).flatMap((operations: object) => Object.keys(operations))
  // The page draws those in view alone, so each group is opened and scrolled through.
  const seen = new Set<string>()
  for (const group of await page.locator('.opblock-tag').all()) {
    await group.scrollIntoViewIfNeeded()
    await group.click()
    const before = seen.size
    for (let step = 0; step < 100; step += 1) {
      const ids = await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => id))
      const known = seen.size
      for (const id of ids) seen.add(id)
      if (seen.size === known && seen.size > before) break
      await page.mouse.wheel(0, 300)
    }
    await group.scrollIntoViewIfNeeded()
    await group.click()
  }
  expect(seen.size).toBe(calls.length)
  await page.click('#operations-tag-Chat_rooms')
  await page.click('#operations-Chat_rooms-createRoom .opblock-summary-control')
  await page.waitForSelector('text=group ID {roomid} already exists!')
  expect(new Set(asked.filter((origin) => origin !== 'null'))).toEqual(new Set([server.url]))
  expect(complaints).toEqual([])
}, 90_000)

/** What of an operation is not whole on the screen, and cannot be scrolled to. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth: width, scrollWidth } = document.documentElement
    const right = (element: Element) => element.getBoundingClientRect().right
    function isReached(element: Element): boolean {
      for (let at = element.parentElement; at; at = at.parentElement)
        if (/auto|scroll/.test(getComputedStyle(at).overflowX) && right(at) <= width + 1) return true
      return false
    }
    const cut = [...document.querySelectorAll('.opblock *')].filter(
      (element) => right(element) > width + 1 && !isReached(element),
    )
    const broken = [...document.querySelectorAll('.opblock-summary-operation-id')].filter(
      (id) => id.getClientRects().length > 1 || id.getBoundingClientRect().height > 30,
    )
    const beside = scrollWidth > width ? [`the page by ${scrollWidth - width}`] : []
    return [...beside, ...[...cut, ...broken].map(({ outerHTML }) => outerHTML.slice(0, 100))]
  })

/** Words of the page itself that are in no language but English. */
const englishWords = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const names =
      '.opblock-summary-path, .opblock-summary-operation-id, .opblock-summary-method, .parameters-col_name'
    const texts = document.createTreeWalker(
      document.querySelector('.opblock.is-open') as Element,
      NodeFilter.SHOW_TEXT,
    )
    const found = new Set<string>()
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const isName = text.parentElement?.closest(`${names}, pre, code, textarea, option, .headers tbody`)
      if (!isName && /[a-z]{3}/i.test(`${text.nodeValue}`) && !/[一-鿿]/.test(`${text.nodeValue}`))
        found.add(`${text.nodeValue}`)
    }
    for (const each of document.querySelectorAll('.required'))
      found.add(getComputedStyle(each, '::after').content)
    return [...found]
  })

for (const [title, options, group] of [
  [
    'in Chinese, dark, at a desk',
    { viewport: { width: 1280, height: 800 }, locale: 'zh-CN', colorScheme: 'dark' },
    '聊天室',
  ],
  [
    'in English, light, on a phone',
    { viewport: { width: 390, height: 844 }, isMobile: true, locale: 'en', colorScheme: 'light' },
    'Chat rooms',
  ],
] as const)
  test(`15 the API reference page ${title}: nothing is cut off, broken or hard to read`, async () => {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    await page.goto(`${server.url}/docs#/${encodeURIComponent(group)}/createRoom`)
    await page.locator('.opblock.is-open .responses-table').first().waitFor()
    expect(await cutOff(page)).toEqual([])
    if (options.locale === 'zh-CN') expect(await englishWords(page)).toEqual(['"必填"'])
    await page.evaluate(axeSource)
    const { violations } = await page.evaluate<AxeResults>(
      "axe.run('.opblock.is-open thead, .opblock.is-open .headers', { runOnly: ['color-contrast'] })",
    )
    expect(violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 100)))).toEqual([])
    await page.click(options.locale === 'en' ? 'text=中文' : 'text=English')
    await page.waitForSelector(
      options.locale === 'en' ? '#operations-tag-聊天室' : '#operations-tag-Chat_rooms',
    )
    await context.close()
  }, 90_000)
