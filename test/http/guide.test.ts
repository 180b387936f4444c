import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { Glob } from 'bun'
import { pages } from '../../guide/pages.ts'
import { aBrowser } from '../support/browser.ts'
import { aServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  if (!existsSync('guide/dist/index.html')) throw new Error('"npm run build:guide" builds what this tests')
  server = await aServer()
})
afterAll(() => server.stop())

/** Paths of all pages that were built, as the guide links them. */
const built = [...new Glob('**/*.html').scanSync('guide/dist')]
  .filter((file) => file !== '404.html')
  .map((file) => `/docs/guide/${file.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, '')}`)

const anchorsIn = (html: string): Set<string> =>
  new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id))

const linksIn = (html: string): string[] =>
  [...html.matchAll(/<a [^>]*?href="([^"]+)"/g)].map(([, to = '']) => to)

test('17.8 every page of the guide is there in English and in Chinese', () => {
  for (const page of pages) {
    expect(built).toContain(`/docs/guide/${page}`)
    expect(built).toContain(`/docs/guide/zh/${page}`)
  }
})

test('17.8 every link of the guide leads to a page that is there, and to a heading on it', async () => {
  const texts = new Map<string, string>()
  for (const path of built) texts.set(path, await (await fetch(server.url + path)).text())
  const broken: string[] = []
  const elsewhere = new Set<string>()
  for (const [path, html] of texts)
    for (const link of linksIn(html)) {
      if (/^[a-z]+:/.test(link)) continue
      const { pathname, hash } = new URL(link, server.url + path)
      const page = texts.get(pathname)
      if (page === undefined) elsewhere.add(pathname)
      else if (hash !== '' && !anchorsIn(page).has(decodeURIComponent(hash.slice(1))))
        broken.push(`${path}: ${link}`)
    }
  for (const path of elsewhere) {
    const { status } = await fetch(server.url + path)
    if (status !== 200) broken.push(`${path}: ${status}`)
  }
  expect(broken).toEqual([])
})

test('17.8 no page of the guide holds a script, and the policy allows none', async () => {
  for (const path of built) {
    const response = await fetch(server.url + path)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(await response.text()).not.toMatch(/<script(?![^>]* src=)[^>]*>/)
  }
})

test('17.8 pages of the guide say nothing of their files, and Chinese lines are joined without a space', async () => {
  for (const file of new Glob('**/*.html').scanSync('guide/dist')) {
    const text = (await Bun.file(`guide/dist/${file}`).text()).replace(/<pre.*?<\/pre>/gs, '')
    if (!file.endsWith('contributing.html'))
      expect(text).not.toMatch(/(Written by|由) <code[^>]*>npm run generate/)
    if (file.startsWith('zh/')) expect(text).not.toMatch(/[\u3001-\u9fff\uff00-\uffef]\n *[\u4e00-\u9fff]/)
  }
})

test('17.8 the guide has its own page for what is not there, and one address', async () => {
  const missing = await fetch(`${server.url}/docs/guide/nothing`)
  expect(missing.status).toBe(404)
  expect(missing.headers.get('content-type')).toStartWith('text/html')
  const { headers, status } = await fetch(`${server.url}/docs/guide`, { redirect: 'manual' })
  expect(`${status} ${headers.get('location')}`).toBe('308 /docs/guide/')
})

test('17.8 the guide is searched in both languages, shows commands whole, and loads from nobody but the server', async () => {
  const browser = await aBrowser()
  const page = await browser.newPage()
  const asked = new Set<string>()
  const complaints: string[] = []
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', ({ message }) => complaints.push(message))
  for (const [path, words, found] of [
    ['/docs/guide/', 'slow mode', '/docs/guide/moderation'],
    ['/docs/guide/zh/', '慢速模式', '/docs/guide/zh/moderation'],
  ] as const) {
    await page.goto(server.url + path)
    await page.locator('.VPNavBarSearchButton, .DocSearch-Button').first().click()
    await page.locator('.search-input').fill(words)
    await page.locator(`.results a[href^="${found}"]`).first().waitFor()
  }
  for (const path of ['quick-start', 'callbacks', 'zh/events']) {
    await page.goto(`${server.url}/docs/guide/${path}`)
    const cut = await page
      .locator('.vp-doc pre')
      .evaluateAll((blocks) => blocks.filter((block) => block.scrollWidth > block.clientWidth).length)
    expect({ path, cut }).toEqual({ path, cut: 0 })
  }
  expect([...asked].filter((origin) => origin !== 'null')).toEqual([server.url])
  expect(complaints).toEqual([])
  await browser.close()
}, 240_000)
