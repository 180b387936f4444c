import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { anApp, someSettings } from '../../test/support/make.ts'
import { sameText } from './same-text.ts'
import { checkTtl, issueToken, readToken, tokenChecker } from './tokens.ts'

const app = anApp()
const now = 1_767_225_600_500

test('a token is good from the moment it is issued until its last second is over', () => {
  const check = tokenChecker()
  const token = issueToken(app, { kind: 'app' }, 60, now)
  expect(check(app, token, now)).toEqual({ kind: 'app' })
  expect(check(app, token, 1_767_225_659_999)).toEqual({ kind: 'app' })
  for (const later of [1_767_225_660_000, now + 60_000, now * 2])
    expect(check(app, token, later)).toBeUndefined()
})

test('a token for ever never ends', () => {
  const token = issueToken(app, { kind: 'app' }, 0, now)
  expect(tokenChecker()(app, token, Number.MAX_SAFE_INTEGER)).toEqual({ kind: 'app' })
})

test('a token that was remembered ends with the key it was signed with', () => {
  const check = tokenChecker()
  const token = issueToken(app, { kind: 'user', username: 'alice', epoch: 3 }, 0, now)
  expect(check(app, token, now)).toEqual({ kind: 'user', username: 'alice', epoch: 3 })
  expect(check(anApp({ tokenKey: '22'.repeat(32) }), token, now)).toBeUndefined()
  expect(check(app, token, now)).toEqual({ kind: 'user', username: 'alice', epoch: 3 })
})

test('the memory of tokens is bounded, and a token that it forgot is still good', () => {
  const check = tokenChecker()
  const first = issueToken(app, { kind: 'app' }, 0, now)
  check(app, first, now)
  for (let n = 0; n < 25_000; n++) check(app, issueToken(app, { kind: 'app' }, 0, now), now)
  expect(check(app, first, now)).toEqual({ kind: 'app' })
})

test('no other text is a token: not one character changed, left out or added', () => {
  const token = issueToken(app, { kind: 'app' }, 0, now)
  fc.assert(
    fc.property(
      fc.nat(token.length - 1),
      fc.nat(2),
      fc.constantFrom(...'AZaz09-_=+/ \n'),
      (at, drop, extra) => {
        const other =
          token.slice(0, at) + extra.repeat(drop === 1 ? 0 : 1) + token.slice(at + (drop === 2 ? 0 : 1))
        if (other !== token) expect(readToken(app, other)).toBeUndefined()
      },
    ),
    { numRuns: 2000 },
  )
})

test('a ttl is whole seconds, as a number or its text, and at most what SDKs can read', () => {
  const rows = [
    [undefined, 5_184_000],
    [0, 0],
    ['0', 0],
    [60, 60],
    ['1024000', 1_024_000],
    ['', 5_184_000],
    [1e12, 2_147_483_647],
  ] as const
  for (const [given, seconds] of rows) expect(checkTtl(app, given)).toBe(seconds)
  expect(checkTtl(anApp({ settings: someSettings({ tokenTtl: 7 }) }), undefined)).toBe(7)
  for (const bad of [-1, 0.5, Number.NaN, ' 1', '1.0', '-1', '0x1', '9'.repeat(16)])
    expect(() => checkTtl(app, bad)).toThrow('ttl must be a whole number of seconds, 0 or more')
})

test('secrets are the same only when every byte is', () => {
  expect(sameText('secret', 'secret')).toBe(true)
  for (const other of ['', 'secre', 'secret ', 'Secret']) expect(sameText('secret', other)).toBe(false)
})
