import { describe, expect, test } from 'bun:test'
import { aRoom, someSettings } from '../../test/support/make.ts'
import { changedRoom, checkTransfer, newRoom } from './room.ts'

const docs = someSettings()
const draft = { name: 'night owls', description: 'late talk', owner: 'Alice' }

describe('a draft', () => {
  test('becomes a room with everyone once and in lower case, the owner not among the members', () => {
    expect(newRoom(docs, { ...draft, members: ['BOB', 'alice', 'bob', 'carol'] })).toEqual({
      id: undefined,
      name: 'night owls',
      description: 'late talk',
      custom: '',
      maxusers: 1000,
      owner: 'alice',
      members: ['bob', 'carol'],
      lifecycle: null,
    })
  })

  test('has room for exactly maxusers, the owner included', () => {
    expect(newRoom(docs, { ...draft, members: ['bob'], maxusers: 2 }).members).toEqual(['bob'])
    const full = 'members size is greater than max user size !'
    expect(() => newRoom(docs, { ...draft, members: ['bob'], maxusers: 1 })).toThrow(full)
  })

  test('is measured in code points, its custom in bytes', () => {
    const longest = {
      ...draft,
      name: '😀'.repeat(128),
      description: '😀'.repeat(512),
      custom: 'é'.repeat(4096),
    }
    expect(newRoom(docs, longest)).toMatchObject({ name: longest.name })
    for (const [field, text] of [
      ['name', 'title cannot exceed to 128'],
      ['description', 'desc cannot exceed to 512'],
      ['custom', 'custom cannot exceed to 8192'],
    ] as const)
      expect(() => newRoom(docs, { ...longest, [field]: `${longest[field]}x` })).toThrow(text)
  })

  test('takes the app’s ceiling where it is below the default', () => {
    expect(newRoom(someSettings({ maxusers: 5 }), draft).maxusers).toBe(5)
  })

  test('may have an empty list of members in the sdk dialect only', () => {
    expect(newRoom(docs, { ...draft, members: [], dialect: 'sdk' }).members).toEqual([])
    expect(() => newRoom(docs, { ...draft, members: [] })).toThrow('members must hold at least one user')
  })
})

describe('a change', () => {
  test('leaves what it does not name', () => {
    expect(changedRoom(docs, aRoom(), { name: '' })).toEqual(aRoom({ name: '' }))
    expect(changedRoom(docs, aRoom(), {})).toEqual(aRoom())
  })

  test('lowers the ceiling to the members, not below', () => {
    expect(changedRoom(docs, aRoom({ memberCount: 3 }), { maxusers: 3 }).maxusers).toBe(3)
    const text = 'current user count is larger than the maxUsers that you want to update !'
    expect(() => changedRoom(docs, aRoom({ memberCount: 3 }), { maxusers: 2 })).toThrow(text)
  })
})

describe('a transfer', () => {
  for (const [title, dialect, room, to, member, text] of [
    ['to a member', 'docs', aRoom(), 'bob', true, undefined],
    ['to a member of a full room', 'docs', aRoom({ memberCount: 10 }), 'bob', true, undefined],
    ['to the owner', 'docs', aRoom(), 'alice', true, 'new owner and old owner are the same'],
    ['to somebody else', 'docs', aRoom(), 'carol', false, "user: carol doesn't exist in group: 1"],
    ['to somebody else, sdk', 'sdk', aRoom({ memberCount: 9 }), 'carol', false, undefined],
    [
      'to somebody else, sdk, full',
      'sdk',
      aRoom({ memberCount: 10 }),
      'carol',
      false,
      'members size is greater than max user size !',
    ],
  ] as const)
    test(`${title}: ${text ?? 'allowed'}`, () => {
      const decide = () => checkTransfer(dialect, room, to, member)
      if (text) expect(decide).toThrow(text)
      else decide()
    })
})
