import { expect, test } from 'bun:test'
import type { Engine } from '../../src/engine/engine-types.ts'
import type { ReadStore, WriteStore } from '../../src/store/store.ts'

test('11.1 a read cannot write: its store has no writes, which the compiler checks', () => {
  const attempts = [
    // @ts-expect-error
    (store: ReadStore) => store.rooms.addRoom,
    // @ts-expect-error
    (store: ReadStore) => store.rooms.lockRoom,
    // @ts-expect-error
    (store: ReadStore) => store.users.removeUser,
    // @ts-expect-error
    (store: ReadStore) => store.events.removeEvents,
    // @ts-expect-error
    (store: ReadStore) => store.quotas.takeQuota,
    // @ts-expect-error
    (store: ReadStore) => store.newId,
    // @ts-expect-error
    (store: Engine['store']) => store.members.setAdmin,
    // A write reads, too.
    (store: WriteStore): ReadStore => store,
  ]
  expect(attempts).toHaveLength(8)
})
