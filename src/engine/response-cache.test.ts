import { expect, test } from 'bun:test'
import type { AppRecord } from '../domain/app.ts'
import { defaultSettings } from '../domain/app-settings.ts'
import { responseCache } from './response-cache.ts'

const app: AppRecord = {
  id: 1,
  org: 'acme',
  name: 'lounge',
  uuid: crypto.randomUUID(),
  settings: defaultSettings,
  callbacks: 0,
  clientId: '',
  secretSalt: '',
  secret: null,
  secretHash: '',
  tokenKey: '',
  previous: null,
  createdMs: 0,
}

const urlOf = (room: number): string => `http://127.0.0.1/acme/lounge/chatrooms/${room}`

function ask(cache: ReturnType<typeof responseCache>, room: number, data = `{"id":"${room}"}`): void {
  const url = urlOf(room)
  cache.add(url, { app, operation: 'getRooms', about: [String(room)], head: `{"data":${data},` })
}

const kept = (cache: ReturnType<typeof responseCache>, rooms: number): number =>
  Array.from({ length: rooms }, (_, room) => cache.find(urlOf(room))).filter(Boolean).length

test('a response is cached from the second time it is requested', () => {
  const cache = responseCache(100_000)
  ask(cache, 1)
  expect(cache.find(urlOf(1))).toBeUndefined()
  ask(cache, 1)
  expect(cache.find(urlOf(1))?.head).toContain('"data":{"id":"1"}')
})

test('reading every room once evicts nothing, and the cache stays within its bound', () => {
  const cache = responseCache(40_000)
  for (const _ of [1, 2]) ask(cache, 0)
  for (let room = 1; room < 60; room++) ask(cache, room)
  expect(kept(cache, 60)).toBe(1)
  for (let room = 100; room < 1000; room++) for (const _ of [1, 2]) ask(cache, room)
  const left = kept(cache, 1000)
  expect(left).toBeGreaterThan(10)
  expect(left).toBeLessThan(40_000 / 300)
  expect(cache.find(urlOf(999))).toBeDefined()
  expect(cache.find(urlOf(0))).toBeUndefined()
})

test('a response that is large beside the bound, or any when the bound is 0, is not cached', () => {
  const cache = responseCache(40_000)
  for (const _ of [1, 2, 3]) ask(cache, 1, JSON.stringify('x'.repeat(6000)))
  expect(cache.find(urlOf(1))).toBeUndefined()
  const none = responseCache(0)
  for (const _ of [1, 2, 3]) ask(none, 1)
  expect(none.find(urlOf(1))).toBeUndefined()
})

test('whatever is requested again and again is cached, however many others are', () => {
  const cache = responseCache(10_000_000)
  for (const _ of [1, 2]) for (let room = 0; room < 5000; room++) ask(cache, room)
  expect(kept(cache, 5000)).toBe(5000)
})
