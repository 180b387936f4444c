import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../src/domain/limits.ts'
import { openAttachments } from '../../src/store/attachments.ts'
import { refusal } from '../support/bodies.ts'
import { aLog, errorLevel } from '../support/log.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { fileIn, upload } from '../support/upload.ts'

const MiB = 1024 * 1024

const { log } = aLog()
let server: TestServer
let app: TestApp
let alice: string
let bob: string

beforeAll(async () => {
  server = await aServer({ file_space: '60' })
  app = await server.app('acme#lounge', { fileSpace: 40, userFileSpace: 12 })
  await app.register('alice', 'bob')
  alice = (await asUser(app, 'alice')).token
  bob = (await asUser(app, 'bob')).token
})
afterAll(() => server.stop())

const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'

/** A multipart body without a declared length. */
function inChunks(bytes: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from(head))
      for (let left = bytes; left > 0; left -= 65536)
        controller.enqueue(new Uint8Array(Math.min(left, 65536)))
      controller.enqueue(Buffer.from('\r\n--x--\r\n'))
      controller.close()
    },
  })
}

async function send(bytes: number, token: string, more: Record<string, string> = {}, at = app) {
  const headers = { 'content-type': 'multipart/form-data; boundary=x', ...more }
  const { status, body } = await upload({ url: at.url, token, body: inChunks(bytes), headers })
  return { status, body, ...fileIn(body) }
}

const remove = (uuid: string | undefined, token: string) =>
  app.call('DELETE', `/chatfiles/${uuid}`, undefined, { authorization: `Bearer ${token}` })

test('10.16 an upload without Content-Length is stored whole up to the limit, and gets 400 beyond it', async () => {
  for (const bytes of [0, 5, 100_000, 10 * MiB]) {
    const { status, uuid, secret } = await send(bytes, app.token)
    expect({ bytes, status }).toEqual({ bytes, status: 200 })
    const read = await fetch(`${app.url}/chatfiles/${uuid}`, { headers: { 'share-secret': secret ?? '' } })
    expect((await read.bytes()).length).toBe(bytes)
    expect((await app.call('DELETE', `/chatfiles/${uuid}`)).status).toBe(200)
  }
  const { status, body } = await send(10 * MiB + 1, app.token)
  expect({ status, body }).toEqual({
    status: 400,
    body: refusal('request_entity_too_large', 'Request Entity Too Large'),
  })
  const files = join(server.dir, 'files')
  for (const each of readdirSync(files)) expect(readdirSync(join(files, each))).toEqual([])
})

test('10.14 one user fills its own share only, empty files count, and deleting gives the space back', async () => {
  const first = await send(10 * MiB, alice)
  expect(first.status).toBe(200)
  const empty = await send(0, alice)
  expect(empty.status).toBe(200)
  const full = refusal('exceed_limit', 'there is no space for attachments left')
  // 2 MiB are left but for the block that the empty file takes.
  expect(await send(2 * MiB, alice)).toMatchObject({ status: 400, body: full })
  expect((await send(2 * MiB - 4096, bob)).status).toBe(200)
  expect(await remove(first.uuid, bob)).toMatchObject({
    status: 401,
    body: refusal('group_authorization', 'you have no permission to do this.'),
  })
  expect((await remove(first.uuid, alice)).status).toBe(200)
  expect((await remove(first.uuid, alice)).status).toBe(404)
  expect((await fetch(`${app.url}/chatfiles/${first.uuid}?share-secret=${first.secret}`)).status).toBe(404)
  expect((await send(10 * MiB, alice)).status).toBe(200)
})

test('10.14 one app fills its own share only', async () => {
  const small = await server.app('acme#small', { fileSpace: 1 })
  expect((await send(MiB, small.token, {}, small)).status).toBe(200)
  expect((await send(0, small.token, {}, small)).status).toBe(400)
  expect((await send(0, app.token)).status).toBe(200)
})

for (const restricted of ['false', '0', ''])
  test(`12 an attachment uploaded with restrict-access: "${restricted}" is read without a secret`, async () => {
    const { uuid, secret } = await send(7, alice, { 'restrict-access': restricted })
    expect(secret).toBeUndefined()
    expect((await (await fetch(`${app.url}/chatfiles/${uuid}`)).bytes()).length).toBe(7)
  })

test('10.14 stray files are left alone, and a full disk is 503 and leaves neither a part nor taken space', async () => {
  const dir = join(server.dir, 'strays')
  mkdirSync(join(dir, '7', 'folder'), { recursive: true })
  writeFileSync(join(dir, '.DS_Store'), 'x')
  writeFileSync(join(dir, '7', 'notes.txt'), 'x')
  const kept = await openAttachments(dir, 8192, Date.now, log)
  const sender = { app: 8, username: 'alice', appSpace: 8192, userSpace: 8192 }
  async function* full(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(5000)
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }
  for (let round = 0; round < 3; round += 1)
    await expect(kept.add(sender, full(), true)).rejects.toMatchObject({ status: 503 })
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(8192)
  }
  expect(readdirSync(join(dir, '8'))).toEqual([])
  await kept.add(sender, whole(), true)
  kept.stop()
  expect(existsSync(join(dir, '7', 'notes.txt'))).toBe(true)
})

test('10.14 an attachment of the version before is read with its secret until it is too old', async () => {
  const uuid = crypto.randomUUID()
  const secret = 'a-secret-of-then'
  const name = new Bun.CryptoHasher('sha256').update(`${uuid}:${secret}`).digest('hex')
  const bytes = new Uint8Array(300).fill(7)
  await send(1, app.token)
  const files = join(server.dir, 'files')
  for (const each of readdirSync(files)) writeFileSync(join(files, each, name), bytes)
  const read = await fetch(`${app.url}/chatfiles/${uuid}?share-secret=${secret}`)
  expect(read.status).toBe(200)
  expect(await read.bytes()).toEqual(bytes)
  for (const wrong of ['', '?share-secret=another'])
    expect((await fetch(`${app.url}/chatfiles/${uuid}${wrong}`)).status).toBe(404)

  const dir = join(server.dir, 'old')
  mkdirSync(join(dir, '7'), { recursive: true })
  writeFileSync(join(dir, '7', name), bytes)
  const opened = await openAttachments(dir, 4096, Date.now, log)
  expect((await opened.find(7, uuid, secret))?.size).toBe(300)
  const more = { app: 7, username: undefined, appSpace: 4096, userSpace: 4096 }
  async function* empty(): AsyncGenerator<Uint8Array> {}
  await expect(opened.add(more, empty(), true)).rejects.toMatchObject({ status: 400 })
  opened.stop()
  const longAgo = new Date(Date.now() - limits.fileTime.value - 1000)
  utimesSync(join(dir, '7', name), longAgo, longAgo)
  const later = await openAttachments(dir, 4096, Date.now, log)
  expect(await later.find(7, uuid, secret)).toBeUndefined()
  later.stop()
})

test('10.14 a folder that cannot be read is logged with its cause, and does not stop the start', async () => {
  const file = join(server.dir, 'no-folder')
  writeFileSync(file, 'x')
  const { log, lines } = aLog()
  const unreadable = await openAttachments(file, 8192, Date.now, log)
  unreadable.stop()
  expect(lines).toMatchObject([{ level: errorLevel, path: file, err: { code: 'ENOTDIR' } }])
})
