import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'
import { callsOn, appsSetting as env } from '../support/served-app.ts'
import { until } from '../support/until.ts'
import { fileIn } from '../support/upload.ts'

let dir: string
directoryPerTest((made) => {
  dir = made
})

test('10.11 a backup completes while others write, has every write acknowledged before and the attachments, and can be restored', async () => {
  const served = await serves({ cwd: dir, env })
  const { call } = await callsOn(served.url)
  await call('POST', '/users', { username: 'alice' })
  const kept: string[] = []
  let writing = true
  const write = async () => {
    while (writing) {
      const { body } = await call<{ data: { id: string } }>('POST', '/chatrooms', {
        name: 'n',
        description: 'd',
        owner: 'alice',
        custom: 'x'.repeat(4000),
      })
      kept.push(body.data.id)
    }
  }
  const form = new FormData()
  form.append('file', new Blob(['hello']), 'hello.txt')
  const { body: uploaded } = await call('POST', '/chatfiles', form)
  const writers = Array.from({ length: 8 }, write)
  await until(() => kept.length >= 300)
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
  const brought = await chatroomd(['restore', 'copy.db', '--data-dir', 'restored'], { cwd: dir })
  expect(brought).toEqual({ code: 0, err: '', out: 'restored and verified; attachments: 1\n' })
  const twice = await chatroomd(['restore', 'copy.db', '--data-dir', 'restored'], { cwd: dir })
  expect([twice.code, twice.out]).toEqual([1, ''])
  expect(twice.err).toContain('restored/chatroomd.db exists already')
  const again = await serves({ cwd: dir, env: { ...env, CHATROOMD_DATA_DIR: 'restored' } })
  const restored = await callsOn(again.url)
  const ids = new Set<string>()
  for (let cursor = ''; ; ) {
    const path: string = `/chatrooms?limit=1000&cursor=${cursor}`
    const { body } = await restored.call<{ data: { id: string }[]; cursor?: string }>('GET', path)
    for (const { id } of body.data) ids.add(id)
    if (!body.cursor) break
    cursor = body.cursor
  }
  expect(before.filter((id) => !ids.has(id))).toEqual([])
  const { uuid, secret = '' } = fileIn(uploaded)
  const file = await fetch(`${again.url}/acme/lounge/chatfiles/${uuid}`, {
    headers: { 'share-secret': secret },
  })
  expect([file.status, await file.text()]).toEqual([200, 'hello'])
  await again.end('SIGTERM')
})

test('10.11 a backup overwrites nothing, creates no store, and leaves nothing of a damaged store', async () => {
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

test('17.4 a restore takes no directory that is served, and leaves nothing of a backup that is damaged', async () => {
  const served = await serves({ cwd: dir, env })
  await chatroomd(['backup', 'copy.db'], { cwd: dir })
  const inUse = await chatroomd(['restore', 'copy.db'], { cwd: dir })
  expect([inUse.code, inUse.err]).toEqual([1, expect.stringContaining('is in use by another chatroomd')])
  await served.end('SIGTERM')
  writeFileSync(join(dir, 'bad.db'), new Uint8Array(20_000).fill(0xa5))
  const damaged = await chatroomd(['restore', 'bad.db', '--data-dir', 'new'], { cwd: dir })
  expect([damaged.code, damaged.err]).toEqual([
    1,
    expect.stringContaining('bad.db is damaged or no database'),
  ])
  expect(readdirSync(join(dir, 'new'))).toEqual(['chatroomd.lock'])
  const none = await chatroomd(['restore', 'none.db'], { cwd: dir })
  expect(none.err).toBe('chatroomd: there is no backup none.db\n')
})
