import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHistoryReader, openHistoryWriter } from '../../src/store/history/sqlite-history-file.ts'
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
