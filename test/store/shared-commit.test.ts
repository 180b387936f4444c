import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Caller, Event } from '../../src/domain/event.ts'
import { increasing, runOperation } from '../../src/engine/run.ts'
import { type Writer, writerOn } from '../../src/engine/writer.ts'
import { startWriter, type WriterWorker } from '../../src/engine/writer-worker.ts'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { startNode } from '../../src/operations/nodes/node-leases.ts'
import { createRoom } from '../../src/operations/rooms/create-room.ts'
import { registerUsers } from '../../src/operations/users/register-users.ts'
import { openSqliteReader, openSqliteWriter } from '../../src/store/sqlite.ts'

const app: Caller = { kind: 'app' }
let dir: string
let thread: WriterWorker
let writer: Writer
let received: Event[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const schema = await openSqliteWriter(dir)
  schema.close()
  const sqlite = new Database(join(dir, 'chatroomd.db'))
  // No operation fails after it has written, so the store makes one: at the member, when the room is there already.
  sqlite.run(`create trigger refuse before insert on members when new.username = 'carol'
    begin select raise(abort, 'refused by the test'); end`)
  sqlite.close()
  received = []
  thread = await startWriter(dir)
  const onEvents = (events: Event[]) => void received.push(...events)
  writer = writerOn(thread.join(), onEvents, () => undefined)
  await writer.commit(0, app, createApp, { key: 'acme#lounge' })
  const users = ['alice', 'bob', 'carol'].map((username) => ({
    username,
    passwordHash: null,
    nickname: null,
  }))
  await writer.commit(1, app, registerUsers, { users })
  received = []
})
afterEach(async () => {
  await writer.close()
  await thread.close()
  rmSync(dir, { recursive: true })
})

test('of writes that share a commit one that fails fails alone, whether it had written or not', async () => {
  const before = writer.load().commits
  const create = (name: string, members: string[]) =>
    writer.commit(1, app, createRoom, { name, description: '', owner: 'alice', members })
  const outcomes = await Promise.allSettled([
    create('first', ['bob']),
    create('refused while it writes', ['bob', 'carol']),
    create('refused before it writes', ['nobody']),
    create('last', ['bob']),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  expect(writer.load().commits).toBe(before + 1)
  const reader = openSqliteReader(dir)
  const rooms = await reader.store.rooms.pageRooms(1, 10, 0)
  const joined = await reader.store.rooms.joinedRooms(1, 'bob')
  const audit = await reader.store.events.listChanges(1, 10)
  reader.close()
  expect(rooms.map(({ name }) => name)).toEqual(['last', 'first'])
  expect(joined.sort()).toEqual(rooms.map(({ id }) => id).sort())
  expect(audit.filter(({ operation }) => operation === 'createRoom').length).toBe(2)
  expect(received.map(({ type }) => type)).toEqual(['room.created', 'room.created'])
})

test('a store that one process has starts, however many of its processes were killed before', async () => {
  const other = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const { store, transaction, close } = await openSqliteWriter(other)
  const start = (process: string, alone: boolean) =>
    transaction(() =>
      runOperation(
        store,
        {
          app: 0,
          caller: app,
          operation: startNode,
          input: { process, terms: { leaseMs: 60_000, graceMs: 1000, alone } },
        },
        increasing(),
      ),
    )
  for (let place = 0; place < 64; place++) await start(`process-${place}`, false)
  await expect(start('one-more', false)).rejects.toThrow('there are 64 nodes already')
  expect((await start('restarted', true)).result).toEqual({ node: 0 })
  close()
  rmSync(other, { recursive: true })
})
