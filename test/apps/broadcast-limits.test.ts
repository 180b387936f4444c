import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { SQL } from 'bun'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { countBroadcast } from '../../src/operations/messages/broadcast-to-rooms.ts'
import { anEngine } from '../support/engine.ts'

const { engine, dir, databaseUrl, close } = await anEngine()
beforeAll(() => engine.commit(0, { kind: 'app' }, createApp, { key: 'acme#loud' }))
afterAll(close)

/** Counts a broadcast; returns why it is refused, or nothing. */
const count = (): Promise<string> =>
  engine.commit(1, { kind: 'app' }, countBroadcast, {}).then(
    () => '',
    ({ text }) => text,
  )

async function change(statement: string): Promise<void> {
  if (databaseUrl !== '') {
    const sql = new SQL(databaseUrl, { max: 1 })
    await sql.unsafe(statement)
    await sql.close()
  } else {
    const sqlite = new Database(join(dir, 'chatroomd.db'))
    sqlite.run(statement)
    sqlite.close()
  }
}

const overMinute = 'This request has reached api limit'
const overDay = 'chatroom broadcast limit exceeded'

test('12.1 broadcasts are counted by the minute and by the day, and what is refused is not counted', async () => {
  const first: string[] = []
  for (let sent = 0; sent < 11; sent += 1) first.push(await count())
  // A minute may end while it is counted.
  if (first.at(-1) === '') for (let sent = 0; sent < 10; sent += 1) first.push(await count())
  expect(first.slice(0, 10)).toEqual(Array(10).fill(''))
  expect(first.at(-1)).toBe(overMinute)

  await change(`update rates set used = 99 where operation = 'broadcasts in a day'`)
  await change(`delete from rates where operation = 'broadcasts in a minute'`)
  expect([await count(), await count(), await count()]).toEqual(['', overDay, overDay])
})
