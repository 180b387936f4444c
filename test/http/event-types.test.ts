import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventTypes } from '../../src/operations/events/event-types.ts'
import { bulkEnd } from '../support/bulk.ts'
import { openEvents } from '../support/event-source.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer({}, undefined, { lifecycleTerms: { lookMs: 20 }, quotaEveryMs: 20 })
  app = await server.app('feed#types')
})
afterAll(() => server.stop())

/** Does everything that emits events, but for messages, which have tests of their own. */
async function everything(): Promise<void> {
  const call = async (method: string, path: string, body?: unknown) => {
    const reply = await app.call(method, path, body)
    expect([method, path, reply.status]).toEqual([method, path, 200])
    return reply.body
  }
  await app.register('alice', 'bob', 'carol')
  await app.set({ users: 3 })
  await until(async () => JSON.stringify(await call('GET', '/audit')).includes('quota.warning'))
  await app.set({ users: null })
  await app.rotateSecret(3_600_000)
  await call('POST', '/chatrooms/super_admin', { superadmin: 'alice' })
  await call('DELETE', '/chatrooms/super_admin/alice')
  const room = await app.room({ owner: 'alice', members: ['carol'] })
  const at = `/chatrooms/${room}`
  await call('PUT', at, { name: 'early birds' })
  await call('POST', `${at}/users/bob`)
  await call('POST', `${at}/admin`, { newadmin: 'bob' })
  await call('DELETE', `${at}/admin/bob`)
  await call('POST', `${at}/mute`, { usernames: ['bob'], mute_duration: 60_000 })
  await call('POST', `${at}/mute`, { usernames: ['bob'], mute_duration: 90_000 })
  await call('DELETE', `${at}/mute/bob`)
  await call('PUT', `${at}/slow_mode`, { slowMode: 5 })
  const soon = { expires_at: Date.now() + 3_600_000, warn_before: 7200 }
  await call('PUT', `${at}/lifecycle`, soon)
  await until(async () => JSON.stringify(await call('GET', `${at}/audit`)).includes('room.expiring'))
  await call('PUT', `${at}/lifecycle`, { idle_timeout: 86400 })
  await call('POST', `${at}/ban`)
  await call('DELETE', `${at}/ban`)
  await call('POST', `${at}/white/users/bob`)
  await call('DELETE', `${at}/white/users/bob`)
  await call('POST', `${at}/announcement`, { announcement: 'be kind' })
  const mood = (value: string) => ({ metaData: { mood: value }, autoDelete: 'DELETE' })
  await call('PUT', `/metadata/chatroom/${room}/user/bob`, mood('calm'))
  await call('PUT', `/metadata/chatroom/${room}/user/bob`, mood('glad'))
  await call('DELETE', `/metadata/chatroom/${room}/user/bob`, { keys: ['mood'] })
  await call('POST', `${at}/disable`)
  await call('POST', `${at}/enable`)
  const form = new FormData()
  form.append('file', new File(['hi'], 'a.txt'))
  const headers = { authorization: `Bearer ${app.token}` }
  const shared = await fetch(`${app.url}${at}/share_files`, { method: 'POST', headers, body: form })
  const { data } = (await shared.json()) as { data: { file_id: string } }
  const file = data.file_id
  await call('DELETE', `${at}/share_files/${file}`)
  await call('POST', `${at}/admin`, { newadmin: 'bob' })
  await call('DELETE', `${at}/users/bob`)
  await call('POST', `${at}/users/bob`)
  await call('POST', `${at}/blocks/users/bob`)
  await call('DELETE', `${at}/blocks/users/bob`)
  await call('PUT', at, { newowner: 'carol' })
  await call('DELETE', at)
  await call('POST', `${at}/restore`)
  await call('DELETE', at)
  await call('POST', '/user/bob/moderation/report/message/123456', {
    reportType: 'spam',
    reportReason: 'ads',
  })
  await call('PUT', '/moderation/report/messages/123456', { state: 'dismissed' })
  const rule = { name: 'told', url: 'https://chat.example.com/hook', events: ['message.sent'] }
  await call('POST', '/callbacks', rule)
  await call('POST', '/mutes', { username: 'bob', chatroom: 60 })
  await call('POST', '/rest/message/roaming/user/bob/delete/all')
  await call('PUT', '/users/bob', { nickname: 'Bob' })
  const list = await call('POST', '/moderation/keyword_lists', { name: 'spam', action: 'refuse' })
  await call('POST', `/moderation/keyword_lists/${list.data.id}/words`, { words: ['spam', 'scam'] })
  await app.call('PUT', '/metadata/user/bob', 'nickname=Bob', {
    'content-type': 'application/x-www-form-urlencoded',
  })
  await app.room({ owner: 'alice', members: ['bob'] })
  await call('DELETE', '/users/bob')
  const job = (await call('POST', '/chatrooms/bulk', { action: 'mute', filter: { member: 'carol' } })).data
  await bulkEnd(app.call, job.id)
  await call('POST', '/chatrooms/super_admin', { superadmin: 'carol' })
}

/** Tests of their own see these. */
const ofMessages = [
  'message.sent',
  'message.recalled',
  'message.moderated',
  'message.pinned',
  'message.unpinned',
  'message.deleted',
]

/** Fields that only some events of a type have. */
const sometimes: Record<string, string[]> = {
  'room.changed': ['name', 'custom'],
  'member.joined': ['ext'],
  'keywords.changed': ['words'],
}

test('13.2 every type of event is as documented', async () => {
  await everything()
  const documented = Object.keys(eventTypes).filter((type) => !ofMessages.includes(type))
  const stream = await openEvents(`${app.url}/events?after=earliest`, app.token)
  const met = new Set<string>()
  const hadBefore = new Set<string>()
  let isLast = false
  while (!isLast) {
    const [event] = await stream.take(1)
    const { type, chatroomid, data, before } = event?.data ?? {}
    if (!Object.hasOwn(eventTypes, type)) throw new Error(`${type} is not documented`)
    const example = eventTypes[type as keyof typeof eventTypes]
    const shape = (of: object) =>
      Object.fromEntries(
        Object.entries(of)
          .filter(([key]) => !sometimes[type]?.includes(key))
          .map(([key, value]) => [key, typeof value])
          .toSorted(),
      )
    expect([type, shape(data)]).toEqual([type, shape(example.data)])
    if (before !== undefined) {
      hadBefore.add(type)
      if (type !== 'room.changed') expect([type, shape(before)]).toEqual([type, shape(example.before ?? {})])
    }
    const isReport = type === 'message.reported' || type === 'report.decided'
    expect([type, chatroomid === '']).toEqual([type, (example.isOfApp ?? false) || isReport])
    met.add(type)
    isLast = type === 'superAdmin.added' && data.username === 'carol'
  }
  stream.close()
  expect([...met].toSorted()).toEqual(documented.toSorted())
  const withBefore = Object.entries(eventTypes).filter(([, { before }]) => before)
  expect([...hadBefore].toSorted()).toEqual(withBefore.map(([type]) => type).toSorted())
}, 20_000)
