import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Login, login } from '../../src/auth/login.ts'
import { passwords } from '../../src/auth/passwords.ts'
import { issueToken, tokenChecker } from '../../src/auth/tokens.ts'
import type { AppRecord } from '../../src/domain/app.ts'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { deactivateUser } from '../../src/operations/users/activate-user.ts'
import { changePassword } from '../../src/operations/users/change-password.ts'
import { registerUsers } from '../../src/operations/users/register-users.ts'
import { anEngine } from '../support/engine.ts'

const operator = { kind: 'app' } as const
const clock = { ms: Date.now() }
let app: AppRecord
/** Two servers on one store; only the first gets the events of writes. */
let here: Login
let elsewhere: Login
const { engine, close } = await anEngine((events) => {
  for (const event of events) here?.onEvent(event)
})

beforeAll(async () => {
  const { store } = engine
  const parts = {
    store,
    checkToken: tokenChecker(),
    passwords: passwords(),
    now: () => clock.ms,
    elapsedMs: () => clock.ms,
  }
  here = login(parts)
  elsewhere = login(parts)
  await engine.commit(0, operator, createApp, { key: 'acme#lounge' })
  app = (await store.apps.findApp('acme', 'lounge')) as AppRecord
})
afterAll(close)

async function aToken(username: string): Promise<string> {
  await engine.commit(app.id, operator, registerUsers, {
    users: [{ username, passwordHash: null, nickname: null }],
  })
  const user = await engine.store.users.findUser(app.id, username)
  return issueToken(app, { kind: 'user', username, epoch: user?.tokenEpoch ?? 0 }, 3600, clock.ms)
}

test('a server knows at once that a user was deactivated there, another one within a second', async () => {
  const token = await aToken('alice')
  expect(await here.userOf(app, token)).toBe('alice')
  expect(await elsewhere.userOf(app, token)).toBe('alice')
  await engine.commit(app.id, operator, deactivateUser, { username: 'alice' })
  expect(await here.userOf(app, token)).toBeUndefined()
  clock.ms += 1000
  expect(await elsewhere.userOf(app, token)).toBeUndefined()
})

test('what was read before a change and arrives after it is not cached', async () => {
  const token = await aToken('bob')
  const asked = elsewhere.userOf(app, token)
  const change = { type: 'user.changed', username: 'bob', change: 'password' } as const
  elsewhere.onEvent({ ...change, app: app.id, room: '', by: operator, at: clock.ms })
  await asked
  await engine.commit(app.id, operator, changePassword, { username: 'bob', passwordHash: 'hash' })
  expect(await elsewhere.userOf(app, token)).toBeUndefined()
})

test('the app itself is no user', async () => {
  const token = issueToken(app, { kind: 'app' }, 3600, clock.ms)
  expect(await here.callerOf(app, token)).toEqual({ kind: 'app' })
  expect(await here.userOf(app, token)).toBeUndefined()
  expect(await here.userOf(app, 'nonsense')).toBeUndefined()
})
