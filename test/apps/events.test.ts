import { afterAll, expect, test } from 'bun:test'
import { setAnnouncement } from '../../src/operations/announcement/set-announcement.ts'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { removeAttributes } from '../../src/operations/attributes/remove-attributes.ts'
import { setAttributes } from '../../src/operations/attributes/set-attributes.ts'
import { removeMembers } from '../../src/operations/members/remove-members.ts'
import { muteMembers } from '../../src/operations/mutes/mute-members.ts'
import { unmuteMembers } from '../../src/operations/mutes/unmute-members.ts'
import { changeRoom } from '../../src/operations/rooms/change-room.ts'
import { createRoom } from '../../src/operations/rooms/create-room.ts'
import { dissolveRoom } from '../../src/operations/rooms/dissolve-room.ts'
import { registerUsers } from '../../src/operations/users/register-users.ts'
import { anEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const { engine, close } = await anEngine()
afterAll(close)

test('11.4 the log of events has the state before each change, within bounds', async () => {
  const operator = { kind: 'app' } as const
  await engine.commit(0, operator, createApp, { key: 'acme#lounge' })
  const id = (await engine.store.apps.findApp('acme', 'lounge'))?.id ?? 0
  const users = ['alice', 'bob'].map((username) => ({ username, passwordHash: null, nickname: null }))
  await engine.commit(id, operator, registerUsers, { users })
  const draft = { name: 'night owls', description: 'late talk', owner: 'alice', members: ['bob'] }
  const { id: room } = await engine.commit(id, operator, createRoom, draft)
  const set = (values: Record<string, string>) =>
    engine.commit(id, operator, setAttributes, { room, username: 'bob', values, autoDelete: true })
  const mute = (durationMs: number) =>
    engine.commit(id, operator, muteMembers, { room, usernames: ['bob'], durationMs })

  await engine.commit(id, operator, changeRoom, { room, change: { name: 'early birds' } })
  for (const announcement of ['be kind', 'be quick'])
    await engine.commit(id, operator, setAnnouncement, { room, announcement })
  const [first] = await mute(60_000)
  const [second] = await mute(-1)
  await engine.commit(id, operator, unmuteMembers, { room, usernames: ['bob'] })
  const long = 'x'.repeat(2048)
  await set({ mood: 'calm', note: long })
  await set({ mood: 'glad', note: 'short' })
  await engine.commit(id, operator, removeAttributes, { room, username: 'bob', keys: ['mood'] })
  await engine.commit(id, operator, removeMembers, { room, usernames: ['bob'], areSeveral: false })
  await engine.commit(id, operator, dissolveRoom, { room })

  const own = { owner: 'bob', autoDelete: true }
  const wanted = [
    ['room.created', null],
    ['room.changed', { name: 'night owls' }],
    ['announcement.changed', { announcement: '' }],
    ['announcement.changed', { announcement: 'be kind' }],
    ['member.muted', null],
    ['member.muted', { muted: [{ username: 'bob', expires: first?.expire }] }],
    ['member.unmuted', { muted: [{ username: 'bob', expires: second?.expire }] }],
    ['attributes.set', null],
    ['attributes.set', { mood: { ...own, value: 'calm' }, note: own }],
    ['attributes.removed', { mood: { ...own, value: 'glad' } }],
    ['attributes.removed', { note: { ...own, value: 'short' } }],
    ['member.removed', null],
    ['room.dissolved', { name: 'early birds', owner: 'alice', memberCount: 1 }],
  ]
  const found = async () => engine.store.events.eventsAfter(id, undefined, 100, room)
  // Another database of the same PostgreSQL may hold readers back for a moment.
  await until(async () => (await found()).length >= wanted.length)
  const events = (await found()).map(({ type, before }) => [
    type,
    before === null ? null : JSON.parse(before),
  ])
  expect(events).toEqual(wanted)
})
