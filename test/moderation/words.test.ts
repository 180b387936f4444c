import { expect, test } from 'bun:test'
import type { KeywordAction } from '../../src/domain/keywords/automaton.ts'
import { check } from '../../src/domain/keywords/check.ts'
import { buildMatcher } from '../../src/domain/keywords/matcher.ts'
import { keywordsOf } from '../../src/domain/keywords/word.ts'

/** A matcher of lists by their action, sorted as a store sorts them. */
async function matcherOf(lists: Partial<Record<KeywordAction, string[]>>) {
  const actions = Object.keys(lists) as KeywordAction[]
  const rows = actions.flatMap((list) => keywordsOf(lists[list] ?? []).map((each) => ({ list, ...each })))
  rows.sort((a, b) => Buffer.compare(Buffer.from(a.anchor), Buffer.from(b.anchor)))
  const pages = (async function* () {
    yield rows
  })()
  const matcher = await buildMatcher(
    actions.map((action) => ({ id: action, action })),
    pages,
    () => undefined,
  )
  if (!matcher) throw new Error('no words')
  return matcher
}

const wordsIn = async (words: string[], text: string) =>
  check(await matcherOf({ refuse: words }), text)
    ?.hits.map(({ word }) => word)
    .sort()

const replacedIn = async (words: string[], text: string) =>
  check(await matcherOf({ replace: words }), text)?.text

test('words are found anywhere in a text, also where one is a part of another', async () => {
  expect(await wordsIn(['he', 'she', 'his', 'hers'], 'ushers')).toEqual(['he', 'hers', 'she'])
  expect(await wordsIn(['he'], 'no')).toBeUndefined()
  expect(await wordsIn(['微信', '加微信'], '请加微信号')).toEqual(['加微信', '微信'])
})

test('width, case and characters that show nothing do not hide a word', async () => {
  for (const text of ['CASINO', 'ｃａｓｉｎｏ', 'ＣＡＳＩＮＯ', 'cas\u200bi\u00adno', 'a Casino!'])
    expect(await wordsIn(['cAsino'], text)).toEqual(['casino'])
  expect(await wordsIn(['ｶﾞ①'], 'ｶﾞ1')).toHaveLength(1)
  expect(await wordsIn(['ÉTÉ'], 'été')).toEqual(['été'])
})

test('a star stands for any number of characters, a question mark for one', async () => {
  const finds = async (word: string, text: string) => (await wordsIn([word], text)) !== undefined
  expect(await finds('加*微信', '加我的微信')).toBe(true)
  expect(await finds('加*微信', '加微信')).toBe(true)
  expect(await finds('加*微信', '微信加')).toBe(false)
  expect(await finds('c?t', 'cut')).toBe(true)
  expect(await finds('c?t', 'c😀t')).toBe(true)
  expect(await finds('c?t', 'ct')).toBe(false)
  expect(await finds('?b', 'b')).toBe(false)
  expect(await finds('*b*', 'abc')).toBe(true)
  expect(await finds('a*b*c', 'a c b c')).toBe(true)
  expect(await finds('a*b*c', 'c b a')).toBe(false)
})

test('each word that is replaced becomes three asterisks, and words that overlap one', async () => {
  expect(await replacedIn(['bad', 'worse'], 'A BAD and ｗｏｒｓｅ thing')).toBe('A *** and *** thing')
  expect(await replacedIn(['abc', 'cde'], 'xabcdex')).toBe('x***x')
  expect(await replacedIn(['a*c', 'z'], 'abc-ac-z')).toBe('***-***-***')
  expect(await replacedIn(['b\u200bad'], 'ba\u200bd!')).toBe('***!')
  expect(await replacedIn(['😀'], 'a😀b')).toBe('a***b')
})

test('the strictest list decides', async () => {
  const matcher = await matcherOf({ report: ['one'], replace: ['two'], refuse: ['three'] })
  expect(check(matcher, 'one')).toMatchObject({ action: 'report', text: 'one' })
  expect(check(matcher, 'one two')).toMatchObject({ action: 'replace', text: 'one ***' })
  expect(check(matcher, 'one two three')).toMatchObject({ action: 'refuse' })
})

test('words come out as by a plain search, whatever they are', async () => {
  const letters = ['a', 'b', 'Ａ', '中', '文', '😀', '\uff9e', '\ue000']
  let seed = 7
  const some = (most: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return seed % most
  }
  const text = (length: number) => Array.from({ length }, () => letters[some(letters.length)]).join('')
  for (let round = 0; round < 200; round += 1) {
    const words = Array.from({ length: 1 + some(30) }, () => text(1 + some(4)))
    const said = text(40)
    const keywords = keywordsOf(words)
    const folded = keywordsOf([said])[0]?.word ?? ''
    const expected = keywords.filter(({ word }) => folded.includes(word)).map(({ word }) => word)
    expect((await wordsIn(words, said)) ?? []).toEqual(expected.sort())
  }
})

test('words that are empty, wildcards alone, too long or of control characters are refused', () => {
  for (const word of ['', ' ', '*', '?*?', 'x'.repeat(129), 'a\0', 'a\u0001', '\ud800', '\u200b'])
    expect(() => keywordsOf([word])).toThrow('must hold 1 to 128 characters')
  expect(keywordsOf(['x'.repeat(128), 'A', 'Ａ', '**a**'])).toHaveLength(2)
})

test('patterns that blow up cost no more than a bounded number of steps', async () => {
  const hostile = Array.from({ length: 9000 }, (_, at) => `a${'*a'.repeat(1 + (at % 60))}?*b${at}`)
  const nested = Array.from({ length: 128 }, (_, at) => 'a'.repeat(at + 1))
  const matcher = await matcherOf({ replace: hostile, report: nested, refuse: ['zzz'] })
  const text = 'a'.repeat(16_000)
  check(matcher, text)
  const started = performance.now()
  expect(check(matcher, text)?.action).toBe('report')
  expect(performance.now() - started).toBeLessThan(200)
  // What is refused is found even so.
  expect(check(matcher, `${text}zzz`)?.action).toBe('refuse')
})
