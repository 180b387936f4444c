import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { restore } from '../../src/operator/restore.ts'
import { openSqliteDatabase } from '../../src/store/sqlite.ts'
import type { Json } from '../support/json.ts'
import { anOperator, type Browser } from '../support/operators.ts'
import { aServer, type TestServer } from '../support/server.ts'

setDefaultTimeout(120_000)

const path = '/console/api/upkeep'
const isEmbedded = process.env.TEST_DATABASE_URL === undefined

let server: TestServer
let admin: Browser
let dir: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  server = await aServer()
  const app = await server.app('acme#lounge')
  await app.register('alice')
  await app.room({ name: 'night owls', owner: 'alice' })
  admin = await anOperator(server, 'maria', 'admin')
})
afterAll(async () => {
  await server.stop()
  rmSync(dir, { recursive: true })
})

const download = () => fetch(`${server.url}${path}/file`, { headers: { cookie: admin.cookie } })

/** Waits for the end of what runs, however long a process takes to start. */
async function ended(): Promise<Json> {
  for (;;) {
    const { job } = (await admin.call('GET', path)).body
    if (job?.state !== 'running') return job
    await Bun.sleep(20)
  }
}

test('15 only admins back up, export and examine', async () => {
  for (const role of ['viewer', 'moderator'] as const) {
    const browser = await anOperator(server, `a-${role}`, role)
    for (const [method, at] of [
      ['GET', path],
      ['POST', path],
      ['DELETE', path],
      ['GET', `${path}/file`],
    ] as const)
      expect(
        (await browser.call(method, at, method === 'POST' ? { kind: 'doctor' } : undefined)).status,
      ).toBe(403)
  }
  expect((await admin.call('POST', path, { kind: 'other' })).status).toBe(400)
  expect((await download()).status).toBe(404)
})

test.skipIf(!isEmbedded)('15 a backup is downloaded as one archive, and can be restored', async () => {
  expect((await admin.call('POST', path, { kind: 'backup' })).body.job.state).toBe('running')
  const job = await ended()
  const file = String(job.file)
  expect(file).toMatch(/^chatroomd-backup-[\dT-]+\.tar$/)
  expect(job).toMatchObject({ kind: 'backup', state: 'done', operator: 'maria' })
  const response = await download()
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${file}"`)
  const archive = join(dir, file)
  await Bun.write(archive, response)
  expect(Bun.spawnSync(['tar', '-xf', archive, '-C', dir]).exitCode).toBe(0)
  const into = join(dir, 'restored')
  await restore(readConfig({ data_dir: into }, {}, ''), archive.replace(/\.tar$/, '.db'))
  const store = await openSqliteDatabase(into, 'reader')
  expect(await store.snapshot(async (db) => db.get('select name from rooms'))).toEqual({ name: 'night owls' })
  await store.close()
  expect((await admin.call('DELETE', path)).body).toEqual({ job: null })
  expect((await download()).status).toBe(404)
})

test('15 an export is whole when it is downloaded, and there is one job at a time', async () => {
  const begun = await Promise.all(['export', 'export'].map((kind) => admin.call('POST', path, { kind })))
  expect(begun.map(({ status }) => status).sort()).toEqual([200, 409])
  expect(await ended()).toMatchObject({ kind: 'export', state: 'done' })
  const lines = (await (await download()).text()).trimEnd().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ chatroomd: 'export', rows: { rooms: 1 } })
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ sums: { rooms: expect.any(String) } })
})

test('15 the doctor says in the browser what it found', async () => {
  await admin.call('POST', path, { kind: 'doctor' })
  const { state, findings } = await ended()
  expect(state).toBe('done')
  expect(findings).toMatchObject({ sound: true, left: 0 })
  expect(findings.checks.length).toBeGreaterThan(5)
  expect((await download()).status).toBe(404)
})
