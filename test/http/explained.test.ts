import { afterAll, beforeAll, expect, test } from 'bun:test'
import { appSettings } from '../../src/domain/app-settings.ts'
import type { FailureRow } from '../../src/domain/failures.ts'
import { declarationOf } from '../../src/http/explain.ts'
import { failuresOf } from '../../src/http/openapi-failures.ts'
import { remedyOf } from '../../src/http/remedy.ts'
import { sampleOf } from '../../src/http/sample.ts'
import { takesTerms } from '../../src/http/terms.ts'
import { all } from '../../src/operations/index.ts'
import type { HttpOperation } from '../../src/operations/operation.ts'
import { settings } from '../../src/operator/settings.ts'
import { type Asked, explained } from '../support/explained.ts'
import { asUser } from '../support/people.ts'
import { aServer, type Reply, type TestApp, type TestServer } from '../support/server.ts'

const called = all.filter((operation): operation is HttpOperation => operation.call !== undefined)
const byId = new Map(called.map((operation) => [operation.id, operation]))

/** One line of the list of all errors. */
const keyOf = ({ status, word, text, when }: FailureRow): string => `${status} ${word} | ${text} | ${when.en}`

/** Failures that say nothing of what was asked, or that the body of `explain` itself is refused for. */
const ofTheConnection = [
  'the body did not come whole',
  'the body came too slowly',
  'the body is not JSON',
  'the body is not UTF-8 text',
  'the body holds a NUL or half a character',
  'the body is nested deeper than',
  'Request Entity Too Large | a body over',
  'this is an invalid request.',
  'Could not find application',
  'Idempotency-Key',
  'This request has reached api limit | over the limit',
]
const isOfTheConnection = (key: string): boolean =>
  key.startsWith('5') || ofTheConnection.some((text) => key.includes(text))

const declared = new Map(called.flatMap((operation) => failuresOf(operation).map((row) => [keyOf(row), row])))
const wanted = [...declared.keys()].filter((key) => !isOfTheConnection(key))

test('14.8 every failure says what would have to change, in both languages, by calls that there are', () => {
  const ids = new Set(all.map(({ id }) => id))
  const silent: string[] = []
  for (const operation of called)
    for (const row of failuresOf(operation)) {
      if (row.status >= 500) continue
      const remedy = remedyOf(operation.allowed, row)
      if (!/\w/.test(remedy?.change.en ?? '') || !/[一-鿿]/.test(remedy?.change.zh ?? ''))
        silent.push(`${operation.id}: ${keyOf(row)}`)
      for (const call of remedy?.lifted_by.calls ?? []) if (!ids.has(call)) silent.push(`no call ${call}`)
      for (const name of remedy?.lifted_by.settings ?? [])
        if (!(name in appSettings || name in settings)) silent.push(`no setting ${name}`)
    }
  expect(silent).toEqual([])
})

let server: TestServer
let app: TestApp
/** Has hardly room for anything. */
let tight: TestApp
/** Whose users may be in one chat room. */
let few: TestApp
let tightCallback = ''
let room = ''
let full = ''
let disabled = ''
let tightRoom = ''
let list = ''
let callback = ''
let message = ''
const tokens = new Map<string, string>()

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('olivia', 'adam', 'mia', 'otto', 'blake', 'bess')
  for (const user of ['olivia', 'adam', 'mia', 'otto', 'bess'])
    tokens.set(user, (await asUser(app, user)).token)
  await app.call('POST', '/users/bess/deactivate')
  room = await app.room({ owner: 'olivia', members: ['adam', 'mia', 'blake'] })
  await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'adam' })
  await app.call('POST', `/chatrooms/${room}/bans`, { usernames: ['blake'], ban_duration: -1 })
  full = await app.room({ owner: 'olivia', members: ['mia'], maxusers: 2 })
  disabled = await app.room({ owner: 'olivia', members: ['mia'] })
  await app.call('POST', `/chatrooms/${disabled}/disable`)
  list = (await app.call('POST', '/moderation/keyword_lists', { name: 'bad', action: 'refuse' })).body.data.id
  callback = (await app.call('POST', '/callbacks', { ...aCallback, name: 'rule' })).body.data.id
  message = (await app.call('POST', '/messages/chatrooms', { to: [room], ...txt })).body.data[room]
  const none = { historyDays: 0, auditDays: 0, fileSpace: 0 }
  tight = await server.app('acme#tight', { ...none, rooms: 2, users: 3, roomsPerUser: 1 })
  await tight.register('olivia', 'adam', 'mia')
  await tight.room({ owner: 'olivia' })
  tightRoom = await tight.room({ owner: 'adam' })
  await tight.rotateSecret(3_600_000)
  for (const name of ['a', 'b', 'c', 'd'])
    tightCallback = (await tight.call('POST', '/callbacks', { ...aCallback, name })).body.data.id
  await tight.call('POST', `/callbacks/${tightCallback}/secrets`)
  few = await server.app('acme#few', { roomsPerUser: 1 })
  await few.register('olivia')
  await few.room({ owner: 'olivia' })
  for (let n = 1; n <= 30; n += 1)
    await app.call('POST', `/user/adam/moderation/report/message/${n}`, {
      reportType: 'a',
      reportReason: 'b',
    })
})
afterAll(() => server.stop())

/** The call of a question, as a client makes it. */
async function really(
  of: TestApp,
  { action, user, without_token, params = {}, room: id, ...asked }: Asked,
  isDry: boolean,
): Promise<Reply> {
  const { call, kind } = byId.get(action) as HttpOperation
  const [method = '', route = ''] = call.routes[0]?.split(' ') ?? []
  const named: Record<string, string> = { ...(id === undefined ? {} : { chatroom_id: id }), ...params }
  const path = route.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(named[name] ?? ''))
  const query = new URLSearchParams({
    ...(isDry && kind !== 'read' ? { dry_run: 'true' } : {}),
    ...asked.query,
  })
  const headers: Record<string, string> = { ...asked.headers }
  const token = user === undefined ? of.token : (tokens.get(user) ?? 'YWMtnone')
  if (!without_token) headers.authorization = `Bearer ${token}`
  const body = call.upload ? uploadOf(asked.body ?? { bytes: 1 }) : asked.body
  const response = await fetch(`${of.url}${path}?${query}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json().catch(() => ({})), headers: response.headers }
}

function uploadOf(body: unknown): FormData {
  const form = new FormData()
  const { bytes, text } = body as { bytes?: number; text?: string }
  const content = text ?? (bytes === undefined ? undefined : 'x'.repeat(bytes))
  if (content !== undefined) form.append('file', new File([content], 'a.txt'))
  return form
}

const long = 'x'.repeat(20_000)
const many = (count: number) => Array.from({ length: count }, (_, n) => `u${n}`)
const named = (count: number) => ({ username: many(count).join() })
const txt = { type: 'txt', body: { msg: 'hi' } }
const aCallback = { name: 'other', url: 'https://chat.example.com/', events: ['chatroom.created'] }
const before = { ...aCallback, when: 'before', events: undefined }
const draft = { name: 'a', description: 'b', owner: 'olivia' }

/** Questions whose calls are refused, each for a reason of its own. */
const asked = (): Asked[] => {
  const here = (action: string, body?: unknown, more: Partial<Asked> = {}): Asked => ({
    action,
    room,
    ...(body === undefined ? {} : { body }),
    ...more,
  })
  const messages = (to: string[], more: object = {}) => ({ to, ...txt, ...more })
  return [
    ...['', long].map((content): Asked => ({ action: 'checkText', body: { content } })),
    ...[
      { username: 'olivia' },
      [
        { username: 'a1', password: '1' },
        { username: 'a1', password: '2' },
      ],
      { password: 'x' },
      { username: 'x'.repeat(65) },
      { username: 'a b' },
      { username: 'a1', nickname: 'x'.repeat(101) },
      { username: 'a1', password: 'x'.repeat(65) },
      { username: 'a1', password: '' },
      many(61).map((username) => ({ username })),
    ].map((body): Asked => ({ action: 'registerUsers', body })),
    { action: 'listUsers', without_token: true },
    { action: 'registerUsers', without_token: true, body: { username: 'a1', password: 'x' } },
    { action: 'uploadAttachment', body: { bytes: 11 * 2 ** 20 } },
    { action: 'uploadAttachment', body: {} },
    here('uploadRoomFile', {}),
    here('uploadRoomFile', { bytes: 1 }, { user: 'otto' }),
    here('uploadRoomFile', { bytes: 1 }, { room: 'none' }),
    here('allowMember', undefined, { params: { username: 'otto' } }),
    { action: 'broadcastToRooms', body: { msg: { type: 'txt', msg: '' } } },
    ...[{}, { msg: { type: 'txt', msg: long } }, { msg: { type: 'txt', msg: 'a' }, ext: 1 }].map(
      (body): Asked => ({ action: 'broadcastToRooms', body }),
    ),
    ...[
      { ...aCallback, rooms: many(51) },
      { ...aCallback, name: 'rule' },
      { ...aCallback, name: 'a b' },
      { ...aCallback, events: ['x'] },
      { ...aCallback, events: [] },
      { ...before, onFailure: 'x' },
      { ...aCallback, secret: 'x' },
      { ...before, timeout: 0 },
      { ...aCallback, timeout: 100 },
      { ...aCallback, url: 'x' },
      { ...aCallback, url: 'http://127.0.0.1/' },
      { ...aCallback, when: 'x' },
    ].map((body): Asked => ({ action: 'createCallback', body })),
    { action: 'muteUser', body: { username: 'mia', chatroom: -5 } },
    { action: 'muteUser', body: { username: 'ghost', chatroom: 0 } },
    { action: 'streamEvents', query: { type: 'x' } },
    { action: 'streamEvents', query: { type: 'message.sent', room: many(101).join() } },
    { action: 'streamEvents', query: { after: 'x' } },
    { action: 'streamEvents', query: { after: '1f0c2a74-0-1767225600123000-1-248710559375361' } },
    ...[
      [{ username: 'mia', push_nickname: 'x'.repeat(101) }],
      [],
      Array(51).fill({ username: 'mia', push_nickname: 'x' }),
    ].map((body): Asked => ({ action: 'setNicknames', body })),
    ...[
      { name: 'bad', action: 'refuse' },
      { name: 'a', action: 'x' },
      { name: '', action: 'refuse' },
    ].map((body): Asked => ({ action: 'createKeywordList', body })),
    { action: 'changeKeywordList', params: { list_id: list }, body: {} },
    { action: 'addKeywords', params: { list_id: list }, body: { words: ['*'] } },
    { action: 'addKeywords', params: { list_id: list }, body: { words: [] } },
    { action: 'uploadKeywords', params: { list_id: list }, body: { bytes: 3 * 2 ** 20 } },
    { action: 'uploadKeywords', params: { list_id: list }, body: {} },
    { action: 'explain', body: { action: 'nothing' } },
    { action: 'replayCallbacks', params: { callback_id: callback }, body: { after: 'x' } },
    { action: 'replayCallbacks', params: { callback_id: callback }, body: {} },
    { action: 'resendCallback', params: { callback_id: callback, delivery_id: '5' } },
    { action: 'removeCallbackSecret', params: { callback_id: callback } },
    ...[
      messages([room], { body: {} }),
      messages([room], { type: 'loc', body: { lat: 1, lng: 1 } }),
      messages([room], { body: { msg: long } }),
      messages([room], { ext: 1 }),
      messages(many(11)),
      messages([room], { type: 'loc', body: { lat: 'x', lng: 1, addr: 'a' } }),
      { to: [] },
      { ...messages([room]), to: 5 },
    ].map((body): Asked => ({ action: 'sendRoomMessage', body })),
    { action: 'sendMessage', body: { target_type: 'x', target: ['a'], msg: { type: 'txt', msg: 'a' } } },
    ...[
      { ...draft, roomid: room },
      { ...draft, roomid: 'A!' },
      { ...draft, members: [] },
      { ...draft, maxusers: 0 },
      { ...draft, maxusers: 1_000_000 },
      { ...draft, name: 'x'.repeat(129) },
      { ...draft, description: 'x'.repeat(513) },
      { ...draft, custom: 'x'.repeat(9000) },
      { ...draft, owner: 'ghost' },
      { ...draft, members: ['mia', 'otto'], maxusers: 2 },
    ].map((body): Asked => ({ action: 'createRoom', body })),
    ...['2020010100', 'x', twoHoursAgo()].map(
      (hour): Asked => ({ action: 'getHistoryFiles', params: { hour } }),
    ),
    { action: 'downloadHistoryFile', params: { hour: twoHoursAgo() } },
    { action: 'rotateSecret', body: { overlap_seconds: -1 } },
    ...['x', '999'].map(
      (pin_msg_id): Asked => ({
        action: 'pinMessage',
        user: 'mia',
        params: { username: 'mia' },
        body: { to: room, type: 'chatroom', pin_msg_id },
      }),
    ),
    {
      action: 'pinMessage',
      user: 'otto',
      params: { username: 'otto' },
      body: { to: room, type: 'chatroom', pin_msg_id: '999' },
    },
    ...[{ pull_number: 51 }, { pull_number: 0 }, { start: 'x' }, { queue: `${room}@x` }].map(
      (more): Asked => ({
        action: 'getHistory',
        params: { username: 'mia' },
        body: { queue: `${room}@conference.easemob.com`, ...more },
      }),
    ),
    ...[
      ['x', 'a'],
      ['999', 'x'.repeat(513)],
    ].map(
      ([message_id = '', reportType]): Asked => ({
        action: 'reportMessage',
        user: 'mia',
        params: { username: 'mia', message_id },
        body: { reportType, reportReason: 'b' },
      }),
    ),
    { action: 'listReports', query: { source: 'x' } },
    { action: 'listReports', query: { state: 'x' } },
    { action: 'decideReport', params: { message_id: '5000' }, body: { state: 'dismissed' } },
    ...[
      { grant_type: 'client_credentials', client_id: 'x', client_secret: 'x' },
      { grant_type: 'client_credentials', client_id: app.clientId, client_secret: 'x' },
      { grant_type: 'x' },
      { grant_type: 'password', username: 'olivia', password: 'x' },
      { grant_type: 'password', username: 'ghost', password: 'x' },
      { grant_type: 'inherit', username: 'bess' },
      { grant_type: 'inherit', username: 'olivia', ttl: -1 },
      { grant_type: 'inherit', username: 'ghost' },
    ].map((body): Asked => ({ action: 'issueToken', body })),
    { action: 'issueToken', user: 'mia', body: { grant_type: 'inherit', username: 'olivia' } },
    { action: 'startBulk', body: { action: 'mute', rooms: [room], name: 'x' } },
    { action: 'startBulk', body: { action: 'dissolve', filter: { name: '' } } },
    { action: 'startBulk', body: { confirm: 'x' } },
    ...[{ sort: 'x' }, { cursor: 'x' }, { limit: '0' }].map(
      (query): Asked => ({ action: 'listRooms', query: query as Record<string, string> }),
    ),
    here('addMembers', { usernames: many(101) }),
    ...[{}, { name: 'a', groupname: 'b' }, { maxusers: 1 }, { newowner: 'olivia' }, { newowner: 'otto' }].map(
      (body) => here('changeRoom', body),
    ),
    here('changeRoom', { newowner: 'mia' }, { user: 'adam' }),
    here('changeRoom', { name: 'a' }, { user: 'mia' }),
    { action: 'getRooms', params: { chatroom_id: many(101).join() } },
    { action: 'getRooms', params: { chatroom_id: 'none' } },
    here('banMembers', { usernames: ['otto'], ban_duration: 0 }),
    here('banMembers', { usernames: many(61) }),
    { action: 'previewEndings', query: { hours: '0' } },
    here('removeMembers', undefined, { params: named(61) }),
    here('removeMembers', undefined, { params: { username: 'olivia' } }),
    here('deleteMessagesOf', undefined, { params: { username: 'mia' }, query: { minutes: '0' } }),
    here('deleteMessage', undefined, { params: { message_id: '5' } }),
    here('muteMembers', { usernames: ['mia'], mute_duration: -5 }),
    here('muteMembers', { usernames: many(61), mute_duration: -1 }),
    here('muteMembers', { usernames: ['otto'], mute_duration: -1 }),
    here('unmuteMembers', undefined, { params: named(61) }),
    here('unblockUsers', undefined, { params: named(61) }),
    here('disallowMembers', undefined, { params: named(61) }),
    here('blockUsers', { usernames: many(61) }),
    here('blockUsers', { usernames: [] }),
    here('blockUser', undefined, { params: { username: 'otto' } }),
    { action: 'getUsersStatus', body: { usernames: many(101) } },
    { action: 'getUsersAttributes', body: { targets: many(101), properties: ['a'] } },
    ...[{ opens_at: 2, expires_at: 1 }, { idle_timeout: 5 }, { opens_at: -1 }, { warn_before: -1 }].map(
      (body) => here('setLifecycle', body),
    ),
    here('allowMembers', { usernames: many(61) }),
    { action: 'uploadKeywords', params: { list_id: list }, body: { text: many(10_001).join('\n') } },
    {
      action: 'reportMessage',
      user: 'adam',
      params: { username: 'adam', message_id: '999' },
      body: { reportType: 'a', reportReason: 'b' },
    },
    here('setSlowMode', { slowMode: 4000 }),
    ...[{ groupId: room, msgIdList: many(51).join() }, {}].map(
      (query): Asked => ({
        action: 'removeHistory',
        params: { username: 'mia', chat_type: 'group' },
        query: query as Record<string, string>,
      }),
    ),
    ...[
      { msg_id: '5', to: room, chat_type: 'chatroom' },
      { msg_id: String(BigInt(message) + 1n), to: room, chat_type: 'chatroom' },
      { msg_id: message, to: 'elsewhere', chat_type: 'chatroom' },
      { to: room },
      { msg_id: '5', to: room, chat_type: 'chatroom', recallMessageExtensionInfo: long },
    ].map((body): Asked => ({ action: 'recallMessage', body })),
    {
      action: 'recallMessages',
      body: { msgs: Array(31).fill({ msg_id: '5', to: room, chat_type: 'chatroom' }) },
    },
    { action: 'setUserAttributes', user: 'mia', params: { username: 'olivia' }, body: { a: 'b' } },
    { action: 'setUserAttributes', params: { username: 'olivia' }, body: { a: 'x'.repeat(2049) } },
    here('setAttributes', { metaData: { a: '1' } }, { user: 'otto', params: { username: 'otto' } }),
    here('removeAttributes', { keys: [] }, { params: { username: 'mia' } }),
    here('removeAttributes', { keys: many(11) }, { params: { username: 'mia' } }),
    here('addAdmin', { newadmin: 'olivia' }),
    here('addMember', undefined, { params: { username: 'blake' } }),
    here('addAdmin', { newadmin: 'otto' }, { room: full }),
    here('removeAdmin', undefined, { params: { username: 'mia' } }),
    here('muteMembers', { usernames: ['mia'], mute_duration: -1 }, { user: 'olivia', room: disabled }),
    here('setAnnouncement', { announcement: 'x'.repeat(513) }),
    { action: 'changePassword', params: { username: 'mia' }, body: { newpassword: '' } },
  ]
}

const twoHoursAgo = (): string =>
  new Date(Date.now() - 7_200_000).toISOString().slice(0, 13).replace(/\D/g, '')

/** The same of an app without space. */
const askedOfTight = (): Asked[] => [
  { action: 'checkText', body: { content: 'a' } },
  { action: 'uploadAttachment', body: { bytes: 10_000 } },
  { action: 'streamEvents' },
  { action: 'removeAllHistory', params: { username: 'mia' } },
  {
    action: 'getHistory',
    params: { username: 'olivia' },
    body: { queue: `${tightRoom}@conference.easemob.com` },
  },
  { action: 'createRoom', body: { ...draft, owner: 'mia' } },
  { action: 'changeRoom', room: tightRoom, body: { newowner: 'olivia' } },
  { action: 'addMember', room: tightRoom, params: { username: 'olivia' } },
  { action: 'registerUsers', body: { username: 'a1' } },
  { action: 'rotateSecret', body: { overlap_seconds: 60 } },
  { action: 'createCallback', body: aCallback },
  { action: 'addCallbackSecret', params: { callback_id: tightCallback }, body: {} },
]

/** Refusals that follow from how a call is declared. */
function askedOfAll(operation: HttpOperation): Asked[] {
  const { id: action, kind, call } = operation
  const names = [...(call.routes[0] ?? '').matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const isOfRoom = names.includes('chatroom_id')
  const params = Object.fromEntries(
    names.filter((name) => name !== 'chatroom_id').map((name) => [name, name === 'username' ? 'mia' : '7']),
  )
  const body = call.body ? sampleOf(call.body) : undefined
  const right: Asked = {
    action,
    params,
    ...(isOfRoom ? { room } : {}),
    ...(body === undefined ? {} : { body }),
  }
  if (call.tag === 'notServed') return [right]
  return [
    { ...right, user: 'otto' },
    ...(isOfRoom ? [{ ...right, room: 'none' }] : []),
    ...(names.includes('username') ? [{ ...right, params: { ...params, username: 'ghost' } }] : []),
    ...(names.some((name) => params[name] === '7') ? [right] : []),
    ...(body === undefined
      ? []
      : [
          { ...right, body: {} },
          { ...right, body: 5 },
          { ...right, body: { ...(body as object), other: 1 } },
        ]),
    ...(kind === 'read' ? [] : [{ ...right, query: { dry_run: 'x' } }]),
    ...(kind === 'write' && isOfRoom ? [{ ...right, headers: { 'if-match': '"x"' } }] : []),
  ]
}

/** What takes more calls, or more time, than a test has. */
const notTried = [
  'admins size is greater than max admin size',
  'event streams open already',
  'bulk jobs at a time',
  'keyword lists |',
  'message send reach limit',
  'chatroom broadcast limit exceeded',
  'the pinned messages reach the limit',
  'the chat room has too many files',
  'chat rooms would have to be searched',
  'is not stored whole',
]

test('14.8 every failure that a call can have is explained as it comes', async () => {
  const seen = new Map<string, number>()
  async function agrees(of: TestApp, question: Asked, most: number): Promise<void> {
    const said = await explained(of, question)
    if (said.allowed) {
      const operation = byId.get(question.action) as HttpOperation
      if (operation.kind === 'read' || takesTerms(operation))
        expect([question, (await really(of, question, true)).status]).toEqual([question, 200])
      return
    }
    const { status: saidStatus, error: word, error_description: text } = said
    const row = declarationOf(byId.get(question.action) as HttpOperation, { word, text, status: saidStatus })
    const key = row ? keyOf(row) : `not declared: ${JSON.stringify(said)}`
    const times = seen.get(key) ?? 0
    seen.set(key, times + 1)
    if (times >= most) return
    const { status, body } = await really(of, question, false)
    const { error, error_description } = body
    const asSaid = [said.status, said.error, said.error_description]
    expect([question, ...asSaid]).toEqual([question, status, error, error_description])
    expect([said.why, said.change]).toEqual([
      { en: expect.stringMatching(/\w/), zh: expect.stringMatching(/[一-鿿]/) },
      { en: expect.stringMatching(/\w/), zh: expect.stringMatching(/[一-鿿]/) },
    ])
  }
  for (const question of asked()) await agrees(app, question, 2)
  await agrees(few, { action: 'createRoom', body: draft }, 3)
  for (const question of askedOfTight()) await agrees(tight, question, 2)
  for (const operation of called) for (const question of askedOfAll(operation)) await agrees(app, question, 2)
  expect([...seen.keys()].filter((key) => !declared.has(key))).toEqual([])
  expect(notTried.filter((text) => ![...declared.keys()].some((key) => key.includes(text)))).toEqual([])
  const missing = wanted.filter((key) => !seen.has(key) && !notTried.some((text) => key.includes(text)))
  expect(missing).toEqual([])
})

test('14.8 a question that leaves out what its call needs is explained, and never fails', async () => {
  const headers = { 'a b': 'x', 'If-Match': '"x"', '': 'y' }
  for (const { id } of called) {
    const said = await explained(app, { action: id, headers })
    expect([id, typeof said.allowed]).toEqual([id, 'boolean'])
  }
})
