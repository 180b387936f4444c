import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseForm, parseJson, withoutNulls } from './parse-body.ts'

test('JSON that holds only whole characters is read as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 8 }), (value) => {
      if (JSON.stringify(value).includes('\\u0000')) return
      expect(parseJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('any text is read or refused as invalid_parameter, nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
      try {
        parseJson(text)
      } catch (error) {
        expect(error).toMatchObject({ word: 'invalid_parameter', status: 400 })
      }
    }),
  )
})

test('an empty body is an empty object', () => {
  for (const text of ['', ' ', '\n']) expect(parseJson(text)).toEqual({})
})

test('fields that are null are left out, those inside others are not', () => {
  expect(withoutNulls({ a: null, b: 0, c: [null], d: { e: null } })).toEqual({
    b: 0,
    c: [null],
    d: { e: null },
  })
  for (const other of [null, 'x', [null]]) expect(withoutNulls(other)).toEqual(other)
})

test('a body that is JSON and no object is no form', () => {
  for (const text of ['1', '-1.5e+3', 'true', '"a"', '[]', ' [1] '])
    expect(parseForm(text)).toEqual(JSON.parse(text))
  expect(parseForm('nickname=a+b&mail=')).toEqual({ nickname: 'a b', mail: '' })
  expect(parseForm('')).toEqual({})
})
