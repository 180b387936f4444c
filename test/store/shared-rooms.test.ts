import { expect, test } from 'bun:test'
import { openPostgres } from '../../src/store/postgres.ts'
import { aDatabase } from '../support/database.ts'

const database = await aDatabase()

test.skipIf(!database)(
  '14.2 rooms that are created at the same time on PostgreSQL share a statement, with all that they set',
  async () => {
    const postgres = await openPostgres({ url: database?.url ?? '', pool: 2, timeoutMs: 10_000 })
    const ids = ['1', '2', '3']
    const lifecycle = { idleTimeoutS: 60 }
    const room = {
      name: 'r',
      description: '',
      custom: '',
      maxusers: 10,
      owner: 'alice',
      members: [],
      lifecycle,
    }
    await postgres.sharedTransaction((store) =>
      Promise.all(
        ids.map((id) => store.rooms.addRoom(1, { ...room, id, createdUs: 5000 + Number(id), dueMs: 7 })),
      ),
    )
    const stored = await Promise.all(ids.map((id) => postgres.store.lifecycles.life(1, id)))
    const life = { createdMs: 5, activeMs: 5, emptiedMs: 5, dueMs: 7, lifecycle }
    expect(stored).toMatchObject(ids.map((id) => ({ id, ...life })))
    await postgres.close()
    await database?.remove()
  },
)
