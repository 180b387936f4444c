import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { aServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

const isBuilt = existsSync('console/dist/index.html')

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })

test('15 people find a page at /, in both languages, and programs where things are', async () => {
  const page = await get('/', { accept: 'text/html,*/*' })
  const html = await page.text()
  for (const part of ['href="/console"', 'href="/docs"', 'lang="zh-CN"', '控制台'])
    expect(html).toInclude(part)
  expect(html).not.toInclude('<script')
  expect(await (await get('/')).json()).toMatchObject({
    name: 'chatroomd',
    console: '/console',
    docs: '/docs',
  })
})

test('15 the console is served, or says how to build it, and no frame or other source may be used', async () => {
  for (const path of ['/console', '/console/', '/console/acme/lounge/chatrooms', '/console/setup']) {
    const page = await get(path)
    expect([path, page.status]).toEqual([path, isBuilt ? 200 : 503])
    expect(page.headers.get('content-type')).toStartWith('text/html')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toInclude("frame-ancestors 'none'")
    expect(policy).toMatch(isBuilt ? /^default-src 'self'/ : /^default-src 'none'/)
    expect(policy).not.toInclude('unsafe-')
    const html = await page.text()
    if (!isBuilt) expect(html).toInclude('npm run build:console')
  }
})

test.if(isBuilt)(
  '15 files whose names have a hash are immutable, and no other file stands in for one',
  async () => {
    const page = await get('/console')
    const html = await page.text()
    expect(html).not.toMatch(/<script(?![^>]* src=)/)
    const script = /src="(\/console\/assets\/[^"]+)"/.exec(html)?.[1] ?? ''
    const file = await get(script)
    expect([file.status, file.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ])
    expect(file.headers.get('content-type')).toStartWith('text/javascript')
    expect(file.headers.get('content-encoding')).toBe('gzip')
    const again = await get(script, { 'if-none-match': file.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
    expect((await get('/console/assets/none.js')).status).toBe(404)
  },
)
