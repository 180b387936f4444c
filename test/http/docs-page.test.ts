import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aServer, type TestServer } from '../support/server.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await aServer()
  browser = await aBrowser()
}, 30_000)
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
  await page.waitForSelector('#operations-Chat_rooms-createRoom')
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object }
  const calls = Object.values(paths).flatMap((operations: object) => Object.keys(operations))
  // The page draws those in view alone, so it is scrolled through.
  const seen = new Set<string>()
  for (let step = 0; step < 300 && seen.size < calls.length; step += 1) {
    for (const id of await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => id)))
      seen.add(id)
    await page.mouse.wheel(0, 300)
  }
  expect(seen.size).toBe(calls.length)
  await page.keyboard.press('Home')
  await page.click('#operations-Chat_rooms-createRoom .opblock-summary-control')
  await page.waitForSelector('text=group ID {roomid} already exists!')
  expect(new Set(asked.filter((origin) => origin !== 'null'))).toEqual(new Set([server.url]))
  expect(complaints).toEqual([])
}, 30_000)

test('the API reference page speaks Chinese to those who do', async () => {
  const context = await browser.newContext({ locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(`${server.url}/docs`)
  await page.waitForSelector('text=创建聊天室')
  await page.click('text=English')
  await page.waitForSelector('text=Create a chat room')
  await context.close()
}, 30_000)
