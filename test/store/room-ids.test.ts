import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteWriter } from '../../src/store/sqlite.ts'

test('ids that were chosen before a restart are passed over after it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-ids-'))
  const draw = async (chosen: (first: number) => string[] = () => []) => {
    const writer = await openSqliteWriter(dir)
    const id = await writer.transaction(async () => {
      const first = Number(await writer.store.newId())
      for (const other of chosen(first)) await writer.store.rooms.useId(1, other)
      return first
    })
    writer.close()
    return id
  }
  // Each start begins a block, of which nobody knows how long the last process got.
  const [one, two] = [await draw(), await draw()]
  const block = two - one
  const three = await draw((first) => [first + block, first + block + 1, first + block + 3].map(String))
  expect(await draw()).toBe(three + block + 2)
  rmSync(dir, { recursive: true })
})
