import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aServer, type TestServer } from '../support/server.ts'

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

test('the API reference page speaks Chinese to those who do', async () => {
  const context = await browser.newContext({ locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(`${server.url}/docs`)
  await page.click('#operations-tag-聊天室, .opblock-tag >> nth=1')
  await page.waitForSelector('.opblock')
  await page.click('.opblock .opblock-summary-control >> nth=0')
  await page.waitForSelector('.opblock-section-header >> text=参数')
  await page.click('text=English')
  await page.waitForSelector('#operations-tag-Chat_rooms')
  await context.close()
}, 90_000)
