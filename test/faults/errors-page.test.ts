import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { aServer } from '../support/server.ts'

test('10.31 the failures of paths and methods that there are not are on the page of errors', async () => {
  const server = await aServer()
  const app = await server.app('acme#lounge')
  const seen = [await app.call('GET', '/nothing'), await app.call('PUT', '/chatrooms')]
  await server.stop()
  expect(seen.map(({ status }) => status)).toEqual([404, 405])
  for (const [path, any] of [
    ['docs/errors.md', 'any path'],
    ['docs/errors.zh-CN.md', '任意路径'],
  ] as const) {
    const rows = readFileSync(path, 'utf8')
      .split('\n')
      .filter((row) => row.endsWith(`| ${any} |`))
    for (const { status, body } of seen) {
      const row = rows.find((each) => each.startsWith(`| ${status} | \`${body.error}\` |`)) ?? ''
      const text = row.split('|')[3]?.replaceAll('`', '').trim() ?? ''
      expect(body.error_description).toMatch(new RegExp(`^${text.replace(/\{\w+\}/g, '.+')}$`))
    }
  }
})
