import { expect, test } from 'bun:test'
import pino from 'pino'
import { limits } from '../domain/limits.ts'
import type { Commit } from '../engine/commit.ts'
import { roomActivity } from './room-activity.ts'

test('14.2 activity is stored of more rooms than are held in memory, and again when there is more of it', async () => {
  const rooms = limits.activeRooms.value + 1000
  const stored = new Map<string, number>()
  let whole = Promise.withResolvers<void>()
  const commit: Commit = async (_app, _caller, _operation, input) => {
    for (const { id } of (input as { rooms: { id: string }[] }).rooms)
      stored.set(id, (stored.get(id) ?? 0) + 1)
    if (stored.size === rooms) whole.resolve()
    return [] as never
  }
  const activity = roomActivity({ commit, log: pino({ level: 'silent' }) })
  const touchAll = async () => {
    stored.clear()
    whole = Promise.withResolvers<void>()
    for (let room = 0; room < rooms; room++) activity.touch(1, String(room))
    await whole.promise
  }
  await touchAll()
  await touchAll()
  await activity.stop()
  expect(stored.size).toBe(rooms)
}, 60_000)
