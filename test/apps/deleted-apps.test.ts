import { expect, setDefaultTimeout, test } from 'bun:test'
import { SQL } from 'bun'
import { theApp } from '../../src/domain/event.ts'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { deleteApp } from '../../src/operations/apps/delete-app.ts'
import { anEngine } from '../support/engine.ts'
import { aLog } from '../support/log.ts'
import { connectAs } from '../support/people.ts'
import { aServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(30_000)

test('17.4 what is written for an app while its last rows are removed does not outlive it', async () => {
  const { engine, databaseUrl, close } = await anEngine()
  if (databaseUrl === '') {
    console.log('Nothing is written meanwhile on the embedded store: one transaction follows the other.')
    return close()
  }
  await engine.commit(0, theApp, createApp, { key: 'acme#lounge' })
  const { id: app } = (await engine.store.apps.findApp('acme', 'lounge')) as { id: number }
  const sql = new SQL(databaseUrl, { max: 2 })
  const writer = await sql.reserve()
  await writer.unsafe('begin')
  // As every write of an app does.
  await writer.unsafe(`select pg_advisory_xact_lock_shared(1, ${app})`)
  await writer.unsafe(
    `insert into presence (app, username, node, leaves, devices) values (${app}, 'alice', 1, null, '[]')`,
  )
  let isDeleted = false
  const deleting = (async () => {
    while (!(await engine.commit(0, theApp, deleteApp, { app })));
    isDeleted = true
  })()
  const waiting = async () => (await sql.unsafe('select 1 from pg_locks where not granted')).length > 0
  await until(async () => isDeleted || (await waiting()))
  await writer.unsafe('commit')
  writer.release()
  await deleting
  expect(await sql.unsafe('select username from presence')).toEqual([])
  await sql.close()
  await close()
})

test('17.4 who was connected to an app that was deleted is not stored again and again', async () => {
  const { log, lines } = aLog()
  const server = await aServer({}, log)
  const lounge = await server.app('acme#lounge')
  await lounge.register('alice')
  const alice = await connectAs(lounge, 'alice')
  const app = await server.admin.closeApp('acme#lounge')
  while (!(await server.admin.deleteApp('acme#lounge', app)));
  await alice.closed
  // What is left to be stored is, before it ends.
  await server.stop()
  expect(lines.filter(({ msg }) => String(msg).startsWith('who is online'))).toEqual([])
})
