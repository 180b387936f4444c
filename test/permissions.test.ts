import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Role, roles } from '../src/domain/role.ts'
import { withRights } from '../src/operations/index.ts'
import { expectRefusal } from './support/bodies.ts'
import { bulkEnd } from './support/bulk.ts'
import { askedOf, explained } from './support/explained.ts'
import { hoursAgo, sentBefore, written } from './support/past.ts'
import { asUser } from './support/people.ts'
import { aServer, type Reply, type TestApp, type TestServer } from './support/server.ts'
import { until } from './support/until.ts'

/** Who calls in each role; `sam` is a super admin and not in the room. */
const actors = {
  superAdmin: 'sam',
  owner: 'olivia',
  admin: 'adam',
  member: 'mia',
  other: 'otto',
} as const

let server: TestServer
let app: TestApp
let spares = 0
const calls = {} as Record<Role, TestApp['call']>
const tokens = {} as Record<Role, string>

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('aaron')
  await app.register(...Object.values(actors), 'milo', 'nora')
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'sam' })
  calls.app = app.call
  tokens.app = app.token
  for (const [role, username] of Object.entries(actors)) {
    const call = await asUser(app, username)
    calls[role as Role] = call
    tokens[role as Role] = call.token
  }
})
afterAll(() => server.stop())

/** A room with everybody in their roles, and milo: a muted and allowed member with an attribute. */
async function aRoom(): Promise<string> {
  const id = await app.room({ owner: 'olivia', members: ['adam', 'mia', 'milo'] })
  await app.call('POST', `/chatrooms/${id}/admin`, { newadmin: 'adam' })
  return id
}

async function aSpareUser(): Promise<string> {
  spares += 1
  await app.register(`spare${spares}`)
  return `spare${spares}`
}

/** Makes a keyword list; returns its path. */
async function aKeywordList(): Promise<string> {
  spares += 1
  const draft = { name: `list ${spares}`, action: 'report' }
  const { body } = await app.call('POST', '/moderation/keyword_lists', draft)
  return `/moderation/keyword_lists/${body.data.id}`
}

/** Begins a job that changes nothing; returns its path. */
async function aBulkJob(): Promise<string> {
  const { body } = await app.call('POST', '/chatrooms/bulk', aDryRun)
  await bulkEnd(app.call, body.data.id)
  return `/chatrooms/bulk/${body.data.id}`
}

const aDryRun = { action: 'mute', rooms: ['nosuchroom'], dry_run: true }

/** Makes a callback rule with two secrets; returns its path. */
async function aCallback(): Promise<string> {
  for (const { id } of (await app.call('GET', '/callbacks')).body.data)
    await app.call('DELETE', `/callbacks/${id}`)
  const draft = { name: 'rule', url: 'https://chat.example.com/', events: ['chatroom.created'] }
  const { body } = await app.call('POST', '/callbacks', draft)
  await app.call('POST', `/callbacks/${body.data.id}/secrets`)
  return `/callbacks/${body.data.id}`
}

const recallIn = (room: string) => ({ msg_id: '1', to: room, chat_type: 'chatroom', force: true })

/** A file that is shared in a room, by whom the token is of. Returns its id. */
async function aFile(room: string, token: string): Promise<string> {
  const body = new FormData()
  body.append('file', new File(['"hi"'], 'a.txt'))
  const headers = { authorization: `Bearer ${token}` }
  const url = `${app.url}/chatrooms/${room}/share_files`
  const reply = await fetch(url, { method: 'POST', headers, body })
  return ((await reply.json()) as { data?: { file_id: string } }).data?.file_id ?? 'none'
}

/** A message in a room. Returns its id. */
async function aMessage(room: string): Promise<string> {
  const { body } = await app.call('POST', '/messages/chatrooms', {
    to: [room],
    type: 'txt',
    body: { msg: 'hi' },
  })
  return body.data[room]
}

type Sent = readonly [method: string, path: string, body?: unknown, headers?: Record<string, string>]

/** How each operation is called: in a room, about a user, who is the caller where that is needed. */
const sent: Record<string, (room: string, about: string) => Sent | Promise<Sent>> = {
  registerUsers: () => {
    spares += 1
    return ['POST', '/users', { username: `spare${spares}` }]
  },
  listUsers: () => ['GET', '/users'],
  getUser: () => ['GET', '/users/nora'],
  deleteUser: async () => ['DELETE', `/users/${await aSpareUser()}`],
  previewDeletion: () => ['GET', '/users/nora/deletion_preview'],
  deleteUsers: () => ['DELETE', '/users?limit=1'],
  changePassword: async () => ['PUT', `/users/${await aSpareUser()}/password`, { newpassword: 'new-1' }],
  activateUser: async () => ['POST', `/users/${await aSpareUser()}/activate`],
  deactivateUser: async () => ['POST', `/users/${await aSpareUser()}/deactivate`],
  getUserStatus: () => ['GET', '/users/nora/status'],
  getUsersStatus: () => ['POST', '/users/batch/status', { usernames: ['nora'] }],
  listDevices: (_, about) => ['GET', `/users/${about}/resources`],
  disconnectDevice: () => ['DELETE', '/users/nora/disconnect/web_1'],
  countOfflineMessages: () => ['GET', '/users/nora/offline_msg_count'],
  getOfflineMessageStatus: () => ['GET', '/users/nora/offline_msg_status/1'],
  setNickname: (_, about) => ['PUT', `/users/${about}`, { nickname: 'x' }],
  setNicknames: () => ['PUT', '/push/nickname', [{ username: 'nora', push_nickname: 'x' }]],
  disconnectUser: () => ['GET', '/users/nora/disconnect'],
  muteUser: () => ['POST', '/mutes', { username: 'nora', chatroom: 0 }],
  listMutedUsers: () => ['GET', '/mutes'],
  listSanctions: () => ['GET', '/users/nora/sanctions'],
  getUserMutes: () => ['GET', '/mutes/nora'],
  sendRoomMessage: (room) => [
    'POST',
    '/messages/chatrooms',
    { to: [room], type: 'txt', body: { msg: 'hi' } },
  ],
  sendDirectedMessage: (room) => [
    'POST',
    '/messages/chatrooms/users',
    { to: [room], users: ['mia'], type: 'txt', body: { msg: 'hi' } },
  ],
  broadcastToRooms: () => ['POST', '/messages/chatrooms/broadcast', { msg: { type: 'txt', msg: 'hi' } }],
  sendMessage: (room) => [
    'POST',
    '/messages',
    { target_type: 'chatrooms', target: [room], msg: { type: 'txt', msg: 'hi' } },
  ],
  recallMessage: (room) => ['POST', '/messages/msg_recall', recallIn(room)],
  recallMessages: (room) => ['POST', '/messages/batch_recall', { msgs: [recallIn(room)] }],
  recallMessagesOneByOne: (room) => ['POST', '/messages/recall', { msgs: [recallIn(room)] }],
  getHistory: (room, about) => [
    'POST',
    `/users/${about}/messageroaming`,
    { queue: `${room}@conference.easemob.com` },
  ],
  removeHistory: (room, about) => [
    'DELETE',
    `/sdk/message/roaming/group/user/${about}?groupId=${room}&msgIdList=1`,
  ],
  removeHistoryBefore: (room, about) => [
    'DELETE',
    `/sdk/message/roaming/group/user/${about}/time?groupId=${room}&delTime=1`,
  ],
  pinMessage: async (room, about) => [
    'POST',
    `/sdk/user/${about}/user_channel/pin`,
    { to: room, type: 'chatroom', pin_msg_id: await aMessage(room) },
  ],
  unpinMessage: async (room, about) => {
    const pin = { to: room, type: 'chatroom', pin_msg_id: await aMessage(room) }
    await app.call('POST', '/sdk/user/milo/user_channel/pin', pin)
    return ['DELETE', `/sdk/user/${about}/user_channel/pin`, pin]
  },
  listPinnedMessages: (room, about) => [
    'GET',
    `/sdk/user/${about}/user_channel/pin?to=${room}&type=chatroom`,
  ],
  getHistoryFiles: async () => {
    const hour = hoursAgo(2)
    await sentBefore(server, hour, ['hello'])
    return ['GET', `/chatmessages/${written(hour)}`]
  },
  listMessages: (room) => ['GET', `/chatrooms/${room}/messages`],
  removeAllHistory: (_, about) => ['POST', `/sdk/message/roaming/user/${about}/delete/all`],
  reportMessage: (_, about) => ['POST', `/user/${about}/moderation/report/message/123456`, {}],
  getReport: async () => {
    await calls.member('POST', '/user/mia/moderation/report/message/1001', {})
    return ['GET', '/moderation/report/messages/1001']
  },
  decideReport: async () => {
    const mia = calls.member
    await mia('POST', '/user/mia/moderation/report/message/1001', {})
    return ['PUT', '/moderation/report/messages/1001', { state: 'dismissed' }]
  },
  previewEndings: () => ['GET', '/chatrooms/lifecycle_preview'],
  listReports: () => ['GET', '/moderation/report/messages'],
  createKeywordList: () => {
    spares += 1
    return ['POST', '/moderation/keyword_lists', { name: `list ${spares}`, action: 'report' }]
  },
  listKeywordLists: () => ['GET', '/moderation/keyword_lists'],
  getKeywordList: async () => ['GET', await aKeywordList()],
  changeKeywordList: async () => ['PUT', await aKeywordList(), { action: 'replace' }],
  deleteKeywordList: async () => ['DELETE', await aKeywordList()],
  listKeywords: async () => ['GET', `${await aKeywordList()}/words`],
  addKeywords: async () => ['POST', `${await aKeywordList()}/words`, { words: ['darn'] }],
  removeKeywords: async () => ['DELETE', `${await aKeywordList()}/words`, { words: ['darn'] }],
  uploadKeywords: async () => [
    'PUT',
    `${await aKeywordList()}/words`,
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\ndarn\r\n--x--\r\n',
    { 'content-type': 'multipart/form-data; boundary=x' },
  ],
  startBulk: () => ['POST', '/chatrooms/bulk', aDryRun],
  listBulk: () => ['GET', '/chatrooms/bulk'],
  getBulk: async () => ['GET', await aBulkJob()],
  listBulkRooms: async () => ['GET', `${await aBulkJob()}/rooms`],
  stopBulk: async () => ['POST', `${await aBulkJob()}/stop`],
  createCallback: () => {
    spares += 1
    return [
      'POST',
      '/callbacks',
      { name: `rule${spares}`, url: 'https://chat.example.com/', events: ['chatroom.created'] },
    ]
  },
  listCallbacks: () => ['GET', '/callbacks'],
  getCallback: async () => ['GET', await aCallback()],
  changeCallback: async () => ['PUT', await aCallback(), { enabled: false }],
  deleteCallback: async () => ['DELETE', await aCallback()],
  addCallbackSecret: async () => {
    const path = await aCallback()
    await app.call('DELETE', `${path}/secrets`)
    return ['POST', `${path}/secrets`]
  },
  removeCallbackSecret: async () => ['DELETE', `${await aCallback()}/secrets`],
  listCallbackDeliveries: async () => ['GET', `${await aCallback()}/deliveries`],
  listDeadCallbacks: async () => ['GET', `${await aCallback()}/dead`],
  retryDeadCallbacks: async () => ['POST', `${await aCallback()}/dead/retry`],
  resendCallback: async () => {
    const path = await aCallback()
    await app.call('PUT', path, { url: 'https://chat.invalid/', enabled: true })
    await aRoom()
    const attempts = async () => (await app.call('GET', `${path}/deliveries`)).body.data
    await until(async () => (await attempts()).length > 0)
    return ['POST', `${path}/deliveries/${(await attempts())[0].id}/resend`]
  },
  replayCallbacks: async () => ['POST', `${await aCallback()}/replay`, { since: 1 }],
  checkText: async () => {
    await app.call('POST', `${await aKeywordList()}/words`, { words: ['darn'] })
    const ask = () => app.call('POST', '/moderation/txt/check', { content: 'fine' })
    await until(async () => (await ask()).status === 200)
    return ['POST', '/moderation/txt/check', { content: 'fine' }]
  },
  sendUserMessage: () => ['POST', '/messages/users', { to: ['nora'], type: 'txt', body: { msg: 'hi' } }],
  uploadAttachment: () => [
    'POST',
    '/chatfiles',
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhi\r\n--x--\r\n',
    { 'content-type': 'multipart/form-data; boundary=x' },
  ],
  uploadRoomFile: (room) => [
    'POST',
    `/chatrooms/${room}/share_files`,
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhi\r\n--x--\r\n',
    { 'content-type': 'multipart/form-data; boundary=x' },
  ],
  listRoomFiles: (room) => ['GET', `/chatrooms/${room}/share_files`],
  downloadRoomFile: async (room) => ['GET', `/chatrooms/${room}/share_files/${await aFile(room, app.token)}`],
  deleteRoomFile: async (room, about) => {
    const { token } = ['nora', 'otto'].includes(about) ? app : await asUser(app, about)
    return ['DELETE', `/chatrooms/${room}/share_files/${await aFile(room, token)}`]
  },
  deleteAttachment: async (_, about) => {
    const body = new FormData()
    body.append('file', new File(['hi'], 'a.txt'))
    const headers = { authorization: `Bearer ${(await asUser(app, about)).token}` }
    const reply = await fetch(`${app.url}/chatfiles`, { method: 'POST', headers, body })
    return [
      'DELETE',
      `/chatfiles/${((await reply.json()) as { entities: [{ uuid: string }] }).entities[0].uuid}`,
    ]
  },
  setUserAttributes: (_, about) => ['PUT', `/metadata/user/${about}`, { nickname: 'x' }],
  getUserAttributes: () => ['GET', '/metadata/user/nora'],
  getUsersAttributes: () => ['POST', '/metadata/user/get', { targets: ['nora'] }],
  getUserAttributesCapacity: () => ['GET', '/metadata/user/capacity'],
  deleteUserAttributes: (_, about) => ['DELETE', `/metadata/user/${about}`],
  getTokenExpiry: (_, about) => ['GET', `/sdk/users/${about}/token/expires`],
  getAppSecrets: () => ['GET', '/secrets'],
  endPreviousSecret: () => ['DELETE', '/secrets'],
  // Without an overlap, the tokens of all these roles would end.
  rotateSecret: () => ['POST', '/secrets', { overlap_seconds: 3600 }],
  getQuotas: () => ['GET', '/quotas'],
  listAudit: () => ['GET', '/audit'],
  streamEvents: () => ['GET', '/events'],
  explain: () => ['POST', '/explain', { action: 'listRooms' }],
  listRoomAudit: (room) => ['GET', `/chatrooms/${room}/audit`],
  listSuperAdmins: () => ['GET', '/chatrooms/super_admin'],
  addSuperAdmin: () => ['POST', '/chatrooms/super_admin', { superadmin: 'sam' }],
  removeSuperAdmin: () => ['DELETE', '/chatrooms/super_admin/nora'],
  listRooms: () => ['GET', '/chatrooms'],
  listJoinedRooms: (_, about) => ['GET', `/users/${about}/joined_chatrooms`],
  getRooms: (room) => ['GET', `/chatrooms/${room}`],
  createRoom: () => ['POST', '/chatrooms', { name: 'new', description: '', owner: 'nora' }],
  changeRoom: (room) => ['PUT', `/chatrooms/${room}`, { name: 'changed' }],
  transferRoom: (room) => ['PUT', `/chatrooms/${room}`, { newowner: 'milo' }],
  disableRoom: (room) => ['POST', `/chatrooms/${room}/disable`],
  enableRoom: (room) => ['POST', `/chatrooms/${room}/enable`],
  dissolveRoom: (room) => ['DELETE', `/chatrooms/${room}`],
  listDissolvedRooms: () => ['GET', '/chatrooms/deleted'],
  restoreRoom: async () => {
    const dissolved = await app.room({ owner: 'nora' })
    await app.call('DELETE', `/chatrooms/${dissolved}`)
    return ['POST', `/chatrooms/${dissolved}/restore`]
  },
  listMembers: (room) => ['GET', `/chatrooms/${room}/users`],
  addMember: (room, about) => ['POST', `/chatrooms/${room}/users/${about}`],
  addMembers: (room, about) => ['POST', `/chatrooms/${room}/users`, { usernames: [about] }],
  removeMembers: (room, about) => ['DELETE', `/chatrooms/${room}/users/${about}`],
  listAdmins: (room) => ['GET', `/chatrooms/${room}/admin`],
  addAdmin: (room) => ['POST', `/chatrooms/${room}/admin`, { newadmin: 'milo' }],
  removeAdmin: (room) => ['DELETE', `/chatrooms/${room}/admin/adam`],
  listMuted: (room) => ['GET', `/chatrooms/${room}/mute`],
  muteMembers: (room) => ['POST', `/chatrooms/${room}/mute`, { usernames: ['milo'], mute_duration: 1000 }],
  unmuteMembers: (room) => ['DELETE', `/chatrooms/${room}/mute/milo`],
  muteRoom: (room) => ['POST', `/chatrooms/${room}/ban`],
  unmuteRoom: (room) => ['DELETE', `/chatrooms/${room}/ban`],
  isMuted: (room, about) => ['GET', `/sdk/chatrooms/${room}/mute/${about}`],
  listBlocked: (room) => ['GET', `/chatrooms/${room}/blocks/users`],
  banMembers: (room) => ['POST', `/chatrooms/${room}/bans`, { usernames: ['milo'], ban_duration: 1000 }],
  listBans: (room) => ['GET', `/chatrooms/${room}/bans`],
  getLifecycle: (room) => ['GET', `/chatrooms/${room}/lifecycle`],
  setLifecycle: (room) => ['PUT', `/chatrooms/${room}/lifecycle`, { idle_timeout: 86400 }],
  getSlowMode: (room) => ['GET', `/chatrooms/${room}/slow_mode`],
  setSlowMode: (room) => ['PUT', `/chatrooms/${room}/slow_mode`, { slowMode: 5 }],
  deleteMessage: async (room) => {
    const body = { to: [room], type: 'txt', body: { msg: 'hi' } }
    const { body: sent } = await app.call('POST', '/messages/chatrooms?useMsgId=true', body)
    return ['DELETE', `/chatrooms/${room}/messages/${Object.values(sent.data)[0]}`]
  },
  deleteMessagesOf: (room) => ['DELETE', `/chatrooms/${room}/users/milo/messages?minutes=1`],
  blockUser: (room) => ['POST', `/chatrooms/${room}/blocks/users/milo`],
  blockUsers: (room) => ['POST', `/chatrooms/${room}/blocks/users`, { usernames: ['milo'] }],
  unblockUsers: (room) => ['DELETE', `/chatrooms/${room}/blocks/users/milo`],
  listAllowed: (room) => ['GET', `/chatrooms/${room}/white/users`],
  allowMember: (room) => ['POST', `/chatrooms/${room}/white/users/milo`],
  allowMembers: (room) => ['POST', `/chatrooms/${room}/white/users`, { usernames: ['milo'] }],
  disallowMembers: (room) => ['DELETE', `/chatrooms/${room}/white/users/milo`],
  isAllowed: (room, about) => ['GET', `/chatrooms/${room}/white/users/${about}`],
  getAnnouncement: (room) => ['GET', `/chatrooms/${room}/announcement`],
  setAnnouncement: (room) => ['POST', `/chatrooms/${room}/announcement`, { announcement: 'be kind' }],
  getAttributes: (room) => ['POST', `/metadata/chatroom/${room}`],
  setAttributes: (room, about) => [
    'PUT',
    `/metadata/chatroom/${room}/user/${about}`,
    { metaData: { mood: 'calm' } },
  ],
  forceAttributes: (room, about) => [
    'PUT',
    `/metadata/chatroom/${room}/user/${about}/forced`,
    { metaData: { mood: 'calm' } },
  ],
  removeAttributes: (room, about) => [
    'DELETE',
    `/metadata/chatroom/${room}/user/${about}`,
    { keys: ['mood'] },
  ],
  forceRemoveAttributes: (room, about) => [
    'DELETE',
    `/metadata/chatroom/${room}/user/${about}/forced`,
    { keys: ['mood'] },
  ],
}

/** Everything that a room shows to the app itself. */
const everything = (room: string) =>
  Promise.all(
    ['', '/users', '/admin', '/mute', '/blocks/users', '/white/users', '/announcement'].map(
      async (path) => (await app.call('GET', `/chatrooms/${room}${path}`)).body.data,
    ),
  )

const permissions = new Map(withRights.map(({ id, allowed }) => [id, allowed]))
const permissionOf = (operation: string) => {
  const permission = permissions.get(operation)
  if (!permission) throw new Error(`${operation} has no rights`)
  return permission
}

/** How an operation is called. */
function callOf(operation: string, room: string, about: string): Sent | Promise<Sent> {
  const make = sent[operation]
  if (!make) throw new Error(`say in \`sent\` how ${operation} is called`)
  return make(room, about)
}

/** Makes a call, and expects that it was explained as it ends. */
async function expectExplained(role: Role, sent: Sent): Promise<Reply> {
  const [method, path, body, headers] = sent
  const user = role === 'app' ? {} : { user: actors[role] }
  const said = await explained(app, { ...askedOf(method, path, headers ? undefined : body), ...user })
  const reply = await calls[role](...sent)
  const { error, error_description } = reply.body
  const refusal = reply.status === 200 ? {} : { status: reply.status, error, error_description }
  expect(said).toMatchObject({ allowed: reply.status === 200, ...refusal })
  return reply
}

async function allows(operation: string, role: Role, about: string): Promise<void> {
  const reply = await expectExplained(role, await callOf(operation, await aRoom(), about))
  expect([reply.status, reply.body.error_description]).toEqual([200, undefined])
}

async function refuses(operation: string, role: Role, about: string): Promise<void> {
  const room = await aRoom()
  const before = await everything(room)
  const { status, word, text } = permissionOf(operation).refusal
  const reply = await expectExplained(role, await callOf(operation, room, about))
  if (word === 'MetadataException') {
    expect(reply.status).toBe(401)
    expect(reply.body).toMatchObject({ error: word, error_description: text, error_code: 60011, desc: text })
  } else expectRefusal(reply, status, word, text.replace('{usernames}', actors[role as keyof typeof actors]))
  expect(await everything(room)).toEqual(before)
}

for (const operation of permissions.keys()) {
  describe(operation, () => {
    for (const role of roles) {
      const right = permissionOf(operation).rights[role]
      const self = role === 'app' ? 'milo' : actors[role]
      // A room's owner cannot be taken out by others, and nora is not in the room.
      const somebody = operation === 'removeMembers' || operation.includes('ttributes') ? 'milo' : 'nora'
      const title = { yes: 'may', no: 'may not', own: 'may for itself only' }[right]
      test(`${role} ${title}`, async () => {
        if (right === 'yes') await allows(operation, role, somebody)
        if (right === 'own') await allows(operation, role, self)
        if (right !== 'yes') await refuses(operation, role, right === 'own' ? somebody : self)
      })
    }
  })
}

test('an admin reaches neither the owner nor another admin', async () => {
  const room = await aRoom()
  await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'milo' })
  const { status, word, text } = permissionOf('muteMembers').refusal
  for (const [method, path, body] of [
    ['DELETE', `/users/milo`],
    ['POST', `/blocks/users/milo`],
    ['POST', '/mute', { usernames: ['milo'], mute_duration: -1 }],
    ['POST', '/mute', { usernames: ['olivia'], mute_duration: -1 }],
    ['DELETE', '/mute/milo'],
  ] as const) {
    const before = await everything(room)
    expectRefusal(await calls.admin(method, `/chatrooms/${room}${path}`, body), status, word, text)
    expect(await everything(room)).toEqual(before)
  }
  const batch = await calls.admin('DELETE', `/chatrooms/${room}/users/milo,mia`)
  expect(batch.body.data.map((row: { result: boolean }) => row.result)).toEqual([false, true])
})

test('what a user is not in, it does not see the members of', async () => {
  const room = await aRoom()
  const { body } = await calls.other('GET', `/chatrooms/${room}`)
  expect(body.data[0].affiliations).toEqual([{ owner: 'olivia' }])
  expect(body.data[0].affiliations_count).toBe(4)
  const own = await calls.member('GET', `/chatrooms/${room}`)
  expect(own.body.data[0].affiliations).toHaveLength(4)
})

test('a user that creates a room owns it, whoever the draft names', async () => {
  const { body } = await calls.superAdmin('POST', '/chatrooms', {
    name: 'mine',
    description: '',
    owner: 'nora',
  })
  const details = await app.call('GET', `/chatrooms/${body.data.id}`)
  expect(details.body.data.owner).toBe('sam')
})

describe('another app', () => {
  let annex: TestApp
  /** Of the annex, with the same users in the same roles. */
  let theirs: string
  beforeAll(async () => {
    annex = await server.app('acme#annex')
    await annex.register(...Object.values(actors), 'milo', 'nora')
    await annex.call('POST', '/chatrooms/super_admin', { superadmin: 'sam' })
    theirs = await annex.room({ owner: 'olivia', members: ['adam', 'mia', 'milo'] })
    await annex.call('POST', `/chatrooms/${theirs}/admin`, { newadmin: 'adam' })
  })

  const theirEverything = async () => {
    const details = await annex.call('GET', `/chatrooms/${theirs}`)
    const trail = await annex.call('GET', '/audit?limit=1000')
    const users = await annex.call('GET', '/users')
    return [details.body.data, trail.body.data, users.body.entities]
  }

  for (const operation of permissions.keys()) {
    test(`is closed to ${operation}: its tokens, its rooms`, async () => {
      const before = await theirEverything()
      const [method, path, body] = await callOf(operation, theirs, 'milo')
      for (const role of roles) {
        // A room of the other app does not exist in one's own, whatever the token.
        if (path.includes(theirs) && operation !== 'listRoomAudit') {
          const { status, body: answer } = await calls[role](method, path, body)
          expect([role, status]).toEqual([role, operation === 'uploadRoomFile' ? 400 : 404])
          expect(JSON.stringify(answer)).not.toMatch(/olivia|adam|mia"/)
        }
        // A token of the one app is none in the other.
        const { url } = annex
        const response = await fetch(url + path, {
          method,
          headers: { authorization: `Bearer ${tokens[role]}` },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        expect([role, response.status]).toEqual([role, 401])
        expect(await response.json()).toMatchObject({ error: 'unauthorized' })
      }
      expect(await theirEverything()).toEqual(before)
    })
  }

  test('has super admins of its own', async () => {
    await annex.call('DELETE', '/chatrooms/super_admin/sam')
    const sam = await asUser(annex, 'sam')
    const reply = await sam('POST', '/chatrooms', { name: 'x', description: '', owner: 'sam' })
    expect(reply.status).toBe(401)
  })
})
