import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { aServer, type TestServer } from '../support/server.ts'

const pages = ['/metrics', '/openapi.json', '/docs', '/docs/page.js', '/docs/page.css', '/docs/swagger-ui.js']

const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const response = await fetch(url, { headers })
  await response.arrayBuffer()
  return response.status
}

describe('the pages of the operator', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await aServer()
  })
  afterAll(() => server.stop())

  test('10.24 no series is exported twice, whatever pages were opened', async () => {
    for (const page of pages) await statusOf(server.url + page)
    const text = await (await fetch(`${server.url}/metrics`)).text()
    const series = text.split('\n').flatMap((line) => /^[a-z]\S*(?= )/.exec(line)?.[0] ?? [])
    expect(series.filter((name, place) => series.indexOf(name) !== place)).toEqual([])
    expect(text).toContain('chatroomd_requests_total{operation="page",status="200"} 3')
  })

  test('10.34 a scrape costs about the same however many objects the process has', async () => {
    const scrape = () => statusOf(`${server.url}/metrics`)
    const best = async (): Promise<number> => {
      let least = Number.POSITIVE_INFINITY
      for (let round = 0; round < 8; round += 1) {
        const from = performance.now()
        await scrape()
        least = Math.min(least, performance.now() - from)
      }
      return least
    }
    await best()
    const before = await best()
    const objects = Array.from({ length: 1_000_000 }, (_, at) => ({ at, more: [at] }))
    expect(await best()).toBeLessThan(before + 10)
    expect(objects).toHaveLength(1_000_000)
  })

  test('10.34 many scrapers do not make the server read its metrics more often', async () => {
    const readings = new Set<string>()
    const from = performance.now()
    const scraper = async () => {
      for (let scrape = 0; scrape < 20; scrape += 1) {
        const text = await (await fetch(`${server.url}/metrics`)).text()
        readings.add(/^process_cpu_seconds_total .*$/m.exec(text)?.[0] ?? '')
      }
    }
    await Promise.all(Array.from({ length: 16 }, scraper))
    const seconds = (performance.now() - from) / 1000
    expect(readings.size).toBeLessThanOrEqual(10 * Math.ceil(seconds + 1))
  })

  test('10.34 a page is served under its own path only', async () => {
    for (const path of ['/metrics/', '/docs/', '/openapi.json/', '/metrics/x', '/x//metrics'])
      expect(`${path} ${await statusOf(server.url + path)}`).toBe(`${path} 404`)
    for (const path of ['/metrics', '/metrics?x=1', '/docs', '/openapi.json?lang=zh'])
      expect(`${path} ${await statusOf(server.url + path)}`).toBe(`${path} 200`)
  })
})

describe('the pages of the operator on an address of their own', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await aServer({ metrics_port: '0' })
  })
  afterAll(() => server.stop())

  test('10.34 they are there, and nowhere else', async () => {
    expect(server.pagesUrl).not.toBe(server.url)
    for (const page of pages) {
      expect(`${page} ${await statusOf(server.pagesUrl + page)}`).toBe(`${page} 200`)
      expect(`${page} ${await statusOf(server.url + page)}`).toBe(`${page} 404`)
    }
    expect(await statusOf(`${server.url}/health/ready`)).toBe(200)
  })

  test('10.34 nothing else is there', async () => {
    const app = await server.app('acme#lounge')
    const path = '/acme/lounge/chatrooms'
    const headers = { authorization: `Bearer ${app.token}` }
    expect(await statusOf(server.pagesUrl + path, headers)).toBe(404)
    for (const other of ['/health/ready', '/', '/metrics/../health/live', `/docs/..${path}`])
      expect(`${other} ${await statusOf(server.pagesUrl + other, headers)}`).toBe(`${other} 404`)
  })
})

test('10.34 the pages of the operator can require a token', async () => {
  const server = await aServer({ metrics_token: 's3cret' })
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  for (const page of pages) {
    const url = server.url + page
    expect(await statusOf(url)).toBe(401)
    expect(await statusOf(url, { authorization: 'Bearer another' })).toBe(401)
    expect(await statusOf(url, basic('anyone:another'))).toBe(401)
    expect(await statusOf(url, { authorization: 'Bearer s3cret' })).toBe(200)
    expect(await statusOf(url, basic('anyone:s3cret'))).toBe(200)
  }
  const refused = await fetch(`${server.url}/docs`)
  expect(refused.headers.get('www-authenticate')).toStartWith('Basic ')
  expect(await refused.json()).toMatchObject({ error: 'unauthorized' })
  await server.stop()
})
