import { Database as Sqlite } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SQL } from 'bun'
import { migrations, schemaVersion } from '../../src/store/migrate.ts'
import { start } from '../../src/store/migrations/0001-start.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSqliteWriter } from '../../src/store/sqlite.ts'
import type { ReadStore } from '../../src/store/store.ts'
import { aDatabase } from '../support/database.ts'

const newer = /they come from a newer chatroomd/

test('data of a newer program are refused and left as they are, in a file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const writer = await openSqliteWriter(dir)
  writer.close()
  const file = new Sqlite(join(dir, 'chatroomd.db'))
  file.run(`pragma user_version = ${schemaVersion + 1}`)
  expect(openSqliteWriter(dir)).rejects.toThrow(newer)
  expect(file.query('pragma user_version').get()).toEqual({ user_version: schemaVersion + 1 })
  file.close()
  rmSync(dir, { recursive: true })
})

const trail = `insert into audit (app, at, room, operator, operation, changes) values
  (1, 10, 'r1', 'alice', 'removeMember', '[{"type":"attributes.removed","keys":["a,b"]},{"type":"room.muted"}]'),
  (1, 20, '', '', 'addSuperAdmin', '[{"type":"superAdmin.added","username":"bob"}]')`

/** The trail above as the log of events shows it, and as it stands in it. */
async function expectTrail(store: ReadStore): Promise<void> {
  const [superAdmin, removal] = await store.events.listChanges(1, 10)
  expect(superAdmin).toMatchObject({ at: 20, changes: '[{"type":"superAdmin.added","username":"bob"}]' })
  expect(removal).toEqual({
    at: 10,
    room: 'r1',
    operator: 'alice',
    operation: 'removeMember',
    changes: '[{"type":"attributes.removed","keys":["a,b"]},{"type":"room.muted"}]',
  })
  const events = await store.events.eventsAfter(1, undefined, 10)
  expect(events.map(({ type, number, before }) => [type, number, before])).toEqual([
    ['attributes.removed', 0, null],
    ['room.muted', 1, null],
    ['superAdmin.added', 0, null],
  ])
}

/** The version of the schema that had an audit trail, and no log of events. */
const withTrail = 12

test('11.4 the audit trail of the version before is migrated into the log of events, in a file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const file = new Sqlite(join(dir, 'chatroomd.db'))
  for (const migration of migrations.slice(0, withTrail))
    for (const statement of migration({ dialect: 'sqlite' })) file.run(statement)
  file.run(trail)
  file.run(`pragma user_version = ${withTrail}`)
  file.close()
  const writer = await openSqliteWriter(dir)
  await expectTrail(writer.store)
  writer.close()
  rmSync(dir, { recursive: true })
})

if (process.env.TEST_DATABASE_URL) {
  test('11.4 the audit trail of the version before is migrated into the log of events', async () => {
    const database = await aDatabase()
    if (!database) throw new Error('there is no database')
    const sql = new SQL(database.url, { max: 1 })
    for (const migration of migrations.slice(0, withTrail))
      for (const statement of migration({ dialect: 'postgres' })) await sql.unsafe(statement)
    await sql.unsafe(trail)
    await sql.unsafe(`create table schema_version (version integer not null)`)
    await sql`insert into schema_version values (${withTrail})`
    const node = await openPostgres({ url: database.url, pool: 2, timeoutMs: 10_000 })
    await expectTrail(node.store)
    await Promise.all([node.close(), sql.close()])
    await database.remove()
  })

  test('ten nodes that start together bring a new database up to date once', async () => {
    const database = await aDatabase()
    if (!database) throw new Error('there is no database')
    const open = () => openPostgres({ url: database.url, pool: 2, timeoutMs: 10_000 })
    const nodes = await Promise.all(Array.from({ length: 10 }, open))
    const sql = new SQL(database.url, { max: 1 })
    expect([...(await sql`select version from schema_version`)]).toEqual([{ version: schemaVersion }])

    await sql`update schema_version set version = ${schemaVersion + 1}`
    expect(open()).rejects.toThrow(newer)
    expect([...(await sql`select version from schema_version`)]).toEqual([{ version: schemaVersion + 1 }])

    // Nodes that run already serve on: a migration only adds.
    for (const node of nodes) await node.check()
    await Promise.all([...nodes.map((node) => node.close()), sql.close()])
    await database.remove()
  })

  test('data of the first version are migrated and complete', async () => {
    const database = await aDatabase()
    if (!database) throw new Error('there is no database')
    const sql = new SQL(database.url, { max: 1 })
    for (const statement of start({ dialect: 'postgres' })) await sql.unsafe(statement)
    await sql.unsafe(`create table schema_version (version integer not null)`)
    await sql`insert into schema_version values (1)`
    await sql`insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created)
      values (1, 'r1', 'kept', '', '', 5, 'alice', 1, 0, ${Date.now() * 1000})`
    const node = await openPostgres({ url: database.url, pool: 2, timeoutMs: 10_000 })
    expect(await node.store.rooms.findRoom(1, 'r1')).toMatchObject({ name: 'kept', owner: 'alice' })
    expect([...(await sql`select version from schema_version`)]).toEqual([{ version: schemaVersion }])
    await Promise.all([node.close(), sql.close()])
    await database.remove()
  })

  test('nodes of one database give no room id twice, and later ones are larger', async () => {
    const database = await aDatabase()
    if (!database) throw new Error('there is no database')
    const open = () => openPostgres({ url: database.url, pool: 2, timeoutMs: 10_000 })
    const nodes = [await open(), await open(), await open()]
    const ids: string[] = []
    for (let round = 0; round < 10; round += 1)
      for (const node of nodes) ids.push(await node.transaction(async (store) => store.newId()))
    expect(ids).toEqual([...new Set(ids)].sort())
    await Promise.all(nodes.map((node) => node.close()))
    await database.remove()
  })
}
