import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { RelayedMessage, UserMessage } from '../domain/relayed-message.ts'
import { decode, encode, type Item, joiner, type Numbered, position, split } from './bus-codec.ts'

const text = fc.string({ unit: 'binary', maxLength: 3000 })
const longest = fc.integer({ min: 300, max: 2000 })

const numbered = (texts: string[]): Numbered[] => texts.map((each, place) => ({ n: place + 1, text: each }))

describe('11. the codec of the bus', () => {
  test('decodes a message as it was encoded', () => {
    const message = fc.record({
      app: fc.nat(),
      room: text,
      id: fc.bigInt(0n, 1n << 53n),
      sender: text,
      client: fc.nat(),
      recalls: fc.nat(),
      directed: fc.array(text, { maxLength: 3 }),
      frame: fc.uint8Array({ maxLength: 2000 }),
    })
    fc.assert(
      fc.property(message, (each: RelayedMessage) => {
        const item: Item = { message: each }
        expect(decode(encode(item))).toEqual(item)
      }),
    )
  })

  test('12.6 decodes a message to users as it was encoded', () => {
    const message = fc.record({
      app: fc.nat(),
      sender: text,
      resource: fc.constant('web_1'),
      to: fc.array(fc.tuple(text, fc.maxSafeNat()), { maxLength: 3 }),
      copiedTo: text,
      isRemembered: fc.boolean(),
      client: fc.nat(),
      recalls: fc.nat(),
      meta: fc.uint8Array({ maxLength: 2000 }),
    })
    fc.assert(
      fc.property(message, (each: UserMessage) => {
        const item: Item = { userMessage: each }
        expect(decode(encode(item))).toEqual(item)
      }),
    )
  })

  test('splits items into texts that fit, from which they come whole and in order', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), longest, (items, most) => {
        const texts = split('a', numbered(items), most)
        const { join } = joiner('b')
        const received = texts.map(join)
        for (const each of texts) expect(Buffer.byteLength(each)).toBeLessThanOrEqual(most)
        expect(received.flatMap(({ items: some }) => some)).toEqual(items)
        expect(received.some(({ missed }) => missed)).toBe(false)
      }),
    )
  })

  test('after lost texts everything that came whole is read, and what is missing is noticed', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 20 }),
        longest,
        fc.infiniteStream(fc.boolean()),
        (items, most, isLost) => {
          const { join } = joiner('b')
          join(position('a', 0))
          const received = split('a', numbered(items), most)
            .filter(() => !isLost.next().value)
            .map(join)
          const last = join(position('a', items.length))
          const whole = received.flatMap(({ items: some }) => some)
          const missed = [...received, last].some((each) => each.missed)
          expect(missed).toBe(whole.length < items.length)
          // A later item of the same length is put together again.
          const next = { n: items.length + 1, text: items.at(-1) as string }
          const again = split('a', [next], most).map(join)
          expect(again.flatMap(({ items: some }) => some)).toEqual([next.text])
        },
      ),
    )
  })

  test('items that were counted and never sent are noticed', () => {
    const { join } = joiner('b')
    const [first = '', later = ''] = split(
      'a',
      [
        { n: 1, text: 'x' },
        { n: 3, text: 'y' },
      ],
      1000,
    )
    expect(join(first)).toEqual({ items: ['x'], missed: false })
    expect(join(later)).toEqual({ items: ['y'], missed: true })
    expect(join(position('a', 3)).missed).toBe(false)
    expect(join(position('a', 4)).missed).toBe(true)
    expect(join(position('a', 4)).missed).toBe(false)
  })

  test('a silent node retains its number but not its parts, and after a reconnect nothing is retained', () => {
    const { join, sweep, reset } = joiner('b')
    const parts = split('a', [{ n: 1, text: 'x'.repeat(900) }], 700)
    for (const each of parts.slice(0, -1)) join(each)
    for (let sweeps = 0; sweeps < 6; sweeps += 1) sweep()
    expect(join(parts.at(-1) as string).items).toEqual([])
    expect(join(position('a', 1)).missed).toBe(true)
    reset()
    expect(join(position('a', 9)).missed).toBe(false)
  })
})
