import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pkg from '../package.json' with { type: 'json' }
import { type Started, started } from './support/started.ts'

const dir = mkdtempSync(join(tmpdir(), 'chatroomd-build-'))
const binary = join(dir, 'chatroomd')
let server: Started

beforeAll(async () => {
  const build = pkg.scripts.build.replace(/^bun /, `"${process.execPath}" `).replace('dist/chatroomd', binary)
  const made = Bun.spawnSync(['sh', '-c', build])
  if (made.exitCode !== 0) throw new Error(`building failed: ${made.stderr}`)
  server = await started([binary, 'serve'], join(dir, 'data'), { cwd: dir })
}, 60_000)
afterAll(() => rmSync(dir, { recursive: true }))

test('the built file serves by itself: calls, commands, the API page', async () => {
  const env = { ...process.env, CHATROOMD_DATA_DIR: join(dir, 'data') }
  const token = Bun.spawnSync([binary, 'token', 'demo#chat'], { env, cwd: dir }).stdout.toString().trim()
  const created = await fetch(`${server.url}/demo/chat/chatrooms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '{"name":"night owls","description":"late talk","owner":"alice"}',
  })
  expect(created.status).toBe(200)
  for (const path of ['/docs', '/docs/swagger-ui.js', '/docs/swagger-ui.css', '/openapi.json', '/metrics']) {
    const { status } = await fetch(server.url + path)
    expect(`${path} ${status}`).toBe(`${path} 200`)
  }
  for (const [path, site] of [
    ['/console', 'console'],
    ['/docs/guide/', 'guide'],
    ['/docs/guide/zh/served', 'guide'],
  ]) {
    const { status } = await fetch(server.url + path)
    expect(`${path} ${status}`).toBe(`${path} ${existsSync(`${site}/dist/index.html`) ? 200 : 503}`)
  }
  expect(await server.stop()).toBe(0)
}, 30_000)

test('the built file says which commit it is', () => {
  const { stdout } = Bun.spawnSync([binary, '--version'])
  expect(stdout.toString()).toMatch(/^chatroomd \d+\.\d+\.\d+ \(commit \S+, Bun \S+\)\n$/)
})
