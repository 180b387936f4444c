import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { ChatroomdError, createClient, type Options } from 'chatroomd-client'
import { publint } from 'publint'
import { aServer, type TestApp, type TestServer } from './support/server.ts'

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
})
afterAll(() => server.stop())

const asApp = (): Options['credentials'] => ({ clientId: app.clientId, clientSecret: app.clientSecret })

/** A client whose requests are seen, and may be answered, before the server gets them. */
function watched(
  answer: (request: Request, call: number) => Response | 'lost' | undefined,
  credentials = asApp(),
) {
  const calls: Request[] = []
  const chat = createClient({
    url: server.url,
    app: app.key,
    credentials,
    async fetch(input, init) {
      const request = new Request(input, init)
      calls.push(request.clone())
      const given = answer(request, calls.length)
      if (given instanceof Response) return given
      const response = await fetch(request)
      if (given === 'lost') throw new TypeError('the connection was lost')
      return response
    },
  })
  return { chat, calls }
}

const draft = { name: 'night owls', description: 'late talk', owner: 'alice' }

describe('the TypeScript client', () => {
  test('17.7 does a write once whose response was lost, and returns what it has done', async () => {
    const { chat, calls } = watched((request, call) =>
      request.url.endsWith('/chatrooms') && call === 2 ? 'lost' : undefined,
    )
    const { data } = await chat.post('/chatrooms', { body: draft })
    const keys = calls.slice(1).map(({ headers }) => headers.get('idempotency-key'))
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1] as string)
    const rooms = await chat.get('/chatrooms', { params: { query: { limit: 100 } } })
    expect(rooms.data.map(({ id }) => id)).toEqual([data.id])
  })

  test('17.7 asks for one token for calls at the same time, and once for another where it is refused', async () => {
    let isRefused = false
    const { chat, calls } = watched(({ url }) =>
      isRefused && !url.endsWith('/token') ? new Response('{}', { status: 401 }) : undefined,
    )
    const asked = () => calls.filter(({ url }) => url.endsWith('/token')).length
    const read = () => chat.get('/chatrooms')
    await Promise.all([read(), read(), read()])
    expect(asked()).toBe(1)
    isRefused = true
    expect(await read().catch((error: unknown) => error)).toBeInstanceOf(ChatroomdError)
    expect(asked()).toBe(2)
    isRefused = false
    await read()
    expect(asked()).toBe(2)
  })

  test('17.7 throws the refusal of the server, with its word, text and request id', async () => {
    const { chat } = watched(() => undefined)
    const error = await chat
      .get('/chatrooms/{chatroom_id}', { params: { path: { chatroom_id: '0' } } })
      .catch((thrown: unknown) => thrown)
    if (!(error instanceof ChatroomdError)) throw error
    expect(error).toMatchObject({
      status: 404,
      word: 'service_resource_not_found',
      message: 'do not find this group:0',
    })
    expect(error.requestId).toBe(error.response.headers.get('x-request-id') as string)
  })

  test('17.7 waits as long as the server says, and gives up after the retries', async () => {
    const busy = () => new Response('', { status: 503, headers: { 'retry-after': '0' } })
    const { chat, calls } = watched(({ url }) => (url.endsWith('/token') ? undefined : busy()))
    const error = await chat.get('/chatrooms').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ status: 503, word: undefined })
    expect(calls).toHaveLength(1 + 1 + 3)
  })

  test('17.7 reads a list to its end, and no further than the loop goes', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const owned = { ...draft, owner: 'bob' }
    for (const roomid of ids) await app.room({ ...owned, roomid: `page${roomid}` })
    const { chat, calls } = watched(() => undefined)
    const init = { params: { query: { limit: 2, owner: 'bob' } } }
    const seen: string[] = []
    for await (const { id } of chat.each('/chatrooms', init)) seen.push(id)
    expect(seen.sort()).toEqual(ids.map((id) => `page${id}`))
    expect(calls).toHaveLength(1 + 3)
    for await (const _ of chat.each('/chatrooms', init)) break
    expect(calls).toHaveLength(1 + 3 + 1)
  })
})

describe('the TypeScript client as it is published', () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-client-'))
  const installed = join(dir, 'node_modules/chatroomd-client')
  let tarball: Uint8Array
  beforeAll(() => {
    const packed = Bun.spawnSync(['npm', 'pack', '-w', 'client', '--pack-destination', dir, '--silent'])
    if (packed.exitCode !== 0) throw new Error(`packing failed: ${packed.stderr}`)
    const file = join(dir, packed.stdout.toString().trim().split('\n').at(-1) ?? '')
    tarball = readFileSync(file)
    mkdirSync(installed, { recursive: true })
    Bun.spawnSync(['tar', '-xzf', file, '-C', installed, '--strip-components=1'])
    for (const name of ['openapi-fetch', 'openapi-typescript-helpers'])
      symlinkSync(resolve('node_modules', name), join(dir, 'node_modules', name))
  }, 240_000)
  afterAll(() => rmSync(dir, { recursive: true }))

  test('17.7 has what a package needs, and types that resolve', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true })
    expect(messages).toEqual([])
    const checked = await checkPackage(createPackageFromTarballData(tarball))
    if (!checked.types) throw new Error('the package has no types')
    // It is a module alone, which `require()` of Node.js loads from 20.19 on; node10 is a resolution that knows no `exports`.
    const kinds = new Set(checked.problems.map(({ kind }) => kind))
    for (const known of ['CJSResolvesToESM', 'NoResolution'] as const) kinds.delete(known)
    expect([...kinds]).toEqual([])
  })

  for (const path of ['client/README.md', 'client/README.zh-CN.md'])
    test(`17.7 the example of ${path} works with Node.js`, async () => {
      const [, file = '', code = ''] =
        /<!-- (\S+) -->\n```ts\n(.*?)```/s.exec(readFileSync(path, 'utf8')) ?? []
      // The file is type-checked with everything else.
      expect(readFileSync(file, 'utf8')).toBe(code)
      const script = join(dir, 'first.mjs')
      await Bun.write(script, new Bun.Transpiler({ loader: 'ts' }).transformSync(code))
      const node = Bun.spawn(['node', script], {
        env: {
          ...process.env,
          CHATROOMD_URL: server.url,
          CHATROOMD_APP: app.key,
          CHATROOMD_CLIENT_ID: app.clientId,
          CHATROOMD_CLIENT_SECRET: app.clientSecret,
        },
        stdout: 'pipe',
        stderr: 'pipe',
      })
      const [output, complaints] = await Promise.all([
        new Response(node.stdout).text(),
        new Response(node.stderr).text(),
      ])
      expect(complaints).toBe('')
      expect(output).toContain('night owls 2')
      expect(output).toContain('404 do not find this group:0')
      expect(await node.exited).toBe(0)
    }, 120_000)
})
