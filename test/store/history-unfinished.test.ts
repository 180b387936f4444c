import { Database as Sqlite } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHistoryReader, openHistoryWriter } from '../../src/store/history/sqlite-history-file.ts'
import { openSqliteWriter } from '../../src/store/sqlite.ts'
import { aDirectory } from '../support/process.ts'

test('a file of messages whose first writer died before it had made the tables reads as none', async () => {
  const { dir, remove } = aDirectory()
  writeFileSync(join(dir, 'messages.db'), '')
  const { reads, close } = openHistoryReader(dir)
  expect(await reads.find(1, [1])).toEqual([])
  const writer = await openHistoryWriter(dir)
  expect(await reads.find(1, [1])).toEqual([])
  writer.close()
  close()
  remove()
})

/** Makes a file as the first writer leaves it that is killed while SQLite makes it a WAL file: its journal is still to be undone. */
function leaveHotJournal(path: string): void {
  const { dir, remove } = aDirectory()
  const from = join(dir, 'a.db')
  using sqlite = new Sqlite(from, { create: true, readwrite: true })
  sqlite.run('create table filler (text text)')
  sqlite.run('delete from filler')
  sqlite.run('pragma cache_size = 1')
  sqlite.run('begin immediate')
  for (let n = 0; n < 200; n += 1) sqlite.run('insert into filler values (?1)', ['x'.repeat(1000)])
  for (const end of ['', '-journal']) copyFileSync(from + end, path + end)
  remove()
}

test('8 a file of messages whose first writer was killed while it made it reads as none, until a writer has undone that', async () => {
  const { dir, remove } = aDirectory()
  leaveHotJournal(join(dir, 'messages.db'))
  const { reads, close } = openHistoryReader(dir)
  expect(await reads.find(1, [1])).toEqual([])
  const writer = await openHistoryWriter(dir)
  expect(await reads.find(1, [1])).toEqual([])
  await writer.writes.hide(1, 'bob', '42', [7])
  expect(await reads.removedBy(1, 'bob', { room: '42', above: 0, below: 9 })).toEqual({ to: 0, ids: [7] })
  writer.close()
  close()
  remove()
})

test('8 a store whose first start was killed while it made its file starts', async () => {
  const { dir, remove } = aDirectory()
  leaveHotJournal(join(dir, 'chatroomd.db'))
  const writer = await openSqliteWriter(dir)
  writer.close()
  remove()
})
