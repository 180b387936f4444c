import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { anApp } from '../../test/support/make.ts'
import { openCursor, sealCursor } from './cursor.ts'

const app = anApp()
const notIssued = 'cursor was not issued by this list'

test('a cursor decodes to the position it was made for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (place) => {
      expect(openCursor(app, 'chatrooms', sealCursor(app, 'chatrooms', place))).toBe(place)
    }),
  )
})

test('no cursor, an empty one and the words that client SDKs send are the start', () => {
  for (const none of [null, '', 'undefined', 'null'])
    expect(openCursor(app, 'chatrooms', none)).toBeUndefined()
})

test('a cursor is good for its app and list alone', () => {
  const cursor = sealCursor(app, 'chatrooms', '1:2')
  expect(() => openCursor(app, 'users', cursor)).toThrow(notIssued)
  expect(() => openCursor(anApp({ tokenKey: '22'.repeat(32) }), 'chatrooms', cursor)).toThrow(notIssued)
})

test('no other text is a cursor', () => {
  const cursor = sealCursor(app, 'chatrooms', '1767225600000000:248710559375361')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.nat(cursor.length - 1).map((at) => cursor.slice(0, at)),
        fc.string({ minLength: 1 }).map((more) => cursor + more),
      ),
      (text) => {
        if (['', 'undefined', 'null'].includes(text)) return
        expect(() => openCursor(app, 'chatrooms', text)).toThrow(notIssued)
      },
    ),
  )
})
