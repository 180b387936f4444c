import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aDirectory, chatroomd, type Served, serves } from '../support/process.ts'

let dir: string
let remove: () => void
beforeEach(() => {
  const made = aDirectory()
  dir = made.dir
  remove = made.remove
})
afterEach(() => remove())

const env = { CHATROOMD_APPS: 'acme#lounge:id:secret' }

async function caller({ url }: Served) {
  const app = `${url}/acme/lounge`
  const body = JSON.stringify({ grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' })
  const answer = await fetch(`${app}/token`, { method: 'POST', body })
  const { access_token } = (await answer.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape are looked into.
  return async (method: string, path: string, sent?: BodyInit | object): Promise<any> => {
    const body = sent === undefined ? null : sent instanceof FormData ? sent : JSON.stringify(sent)
    return (await fetch(app + path, { method, headers, body })).json()
  }
}

test('10.11 a backup ends while others write, holds all that was answered before and the attachments, and can be restored', async () => {
  const served = await serves({ cwd: dir, env })
  const call = await caller(served)
  await call('POST', '/users', { username: 'alice' })
  const kept: string[] = []
  let writing = true
  const write = async () => {
    while (writing) {
      const { data } = await call('POST', '/chatrooms', {
        name: 'n',
        description: 'd',
        owner: 'alice',
        custom: 'x'.repeat(4000),
      })
      kept.push(data.id)
    }
  }
  const form = new FormData()
  form.append('file', new Blob(['hello']), 'hello.txt')
  const { entities } = await call('POST', '/chatfiles', form)
  const writers = Array.from({ length: 8 }, write)
  while (kept.length < 300) await Bun.sleep(10)
  const before = [...kept]
  const { out, err, code } = await chatroomd(['backup', 'copy.db'], { cwd: dir })
  expect([code, err, out]).toEqual([
    0,
    '',
    'backed up to copy.db and verified; attachments in copy.db.files: 1\n',
  ])
  const during = kept.length
  writing = false
  await Promise.all(writers)
  expect(during).toBeGreaterThan(before.length)
  await served.end('SIGTERM')

  expect(statSync(join(dir, 'copy.db')).mode & 0o777).toBe(0o600)
  expect(
    readdirSync(dir)
      .filter((name) => name.startsWith('copy'))
      .toSorted(),
  ).toEqual(['copy.db', 'copy.db.files'])
  mkdirSync(join(dir, 'restored'), { mode: 0o700 })
  cpSync(join(dir, 'copy.db'), join(dir, 'restored/chatroomd.db'))
  cpSync(join(dir, 'copy.db.files'), join(dir, 'restored/files'), { recursive: true })
  const again = await serves({ cwd: dir, env: { ...env, CHATROOMD_DATA_DIR: 'restored' } })
  const restored = await caller(again)
  const ids = new Set<string>()
  for (let cursor = ''; ; ) {
    const page = await restored('GET', `/chatrooms?limit=1000&cursor=${cursor}`)
    for (const { id } of page.data) ids.add(id)
    if (!page.cursor) break
    cursor = page.cursor
  }
  expect(before.filter((id) => !ids.has(id))).toEqual([])
  const { uuid, 'share-secret': secret } = entities[0]
  const file = await fetch(`${again.url}/acme/lounge/chatfiles/${uuid}`, {
    headers: { 'share-secret': secret },
  })
  expect([file.status, await file.text()]).toEqual([200, 'hello'])
  await again.end('SIGTERM')
})

test('10.11 a backup writes over nothing, makes no store, and leaves nothing of a store that is damaged', async () => {
  const noData = await chatroomd(['backup', 'copy.db'], { cwd: dir })
  expect([noData.code, noData.out]).toEqual([1, ''])
  expect(noData.err).toContain(`there is no data in ${join(dir, 'data')}`)
  await (await serves({ cwd: dir, env })).end('SIGTERM')
  writeFileSync(join(dir, 'copy.db'), 'mine')
  expect(await chatroomd(['backup', 'copy.db'], { cwd: dir })).toEqual({
    out: '',
    err: 'chatroomd: copy.db exists already\n',
    code: 1,
  })
  const store = new Database(join(dir, 'data/chatroomd.db'))
  const { page } = store.query(`select rootpage as page from sqlite_master where name = 'apps'`).get() as {
    page: number
  }
  const { size } = store.query('select page_size as size from pragma_page_size').get() as { size: number }
  store.close()
  const bytes = Buffer.from(await Bun.file(join(dir, 'data/chatroomd.db')).arrayBuffer())
  bytes.fill(0xa5, (page - 1) * size, page * size)
  writeFileSync(join(dir, 'data/chatroomd.db'), bytes)
  const { err, code } = await chatroomd(['backup', 'other.db'], { cwd: dir })
  expect(code).toBe(1)
  expect(err).toContain('is damaged or no database')
  expect(existsSync(join(dir, 'other.db'))).toBe(false)
  expect(readdirSync(dir).filter((name) => name.startsWith('other'))).toEqual([])
})
