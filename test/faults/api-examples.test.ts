import { afterAll, beforeAll, expect, test } from 'bun:test'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

interface Operation {
  operationId: string
  parameters: { name: string; in: string; example?: string }[]
  responses: Record<string, unknown>
  requestBody?: { content: Record<string, { example?: unknown }> }
}

let server: TestServer
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

const room = '248710559375361'

/** Makes a keyword list with a word; returns its id. */
async function aList(app: TestApp): Promise<string> {
  const { body } = await app.call('POST', '/moderation/keyword_lists', { name: 'a list', action: 'report' })
  await app.call('POST', `/moderation/keyword_lists/${body.data.id}/words`, { words: ['darn'] })
  return body.data.id
}

/** Makes a rule for callbacks that has one secret or two; returns its id. */
async function aCallback(app: TestApp, secrets: number): Promise<string> {
  const { body } = await app.call('POST', '/callbacks', {
    name: 'a_rule',
    url: 'https://chat.example.com/a',
    events: ['message.sent'],
  })
  if (secrets === 2) await app.call('POST', `/callbacks/${body.data.id}/secrets`, {})
  return body.data.id
}

/** Begins a job; returns its id. */
async function aBulkJob(app: TestApp): Promise<string> {
  const asked = { action: 'mute', rooms: [room], dry_run: true }
  return (await app.call('POST', '/chatrooms/bulk', asked)).body.data.id
}

/** Reports the message of the examples. */
const aReport = (app: TestApp) =>
  app.call('POST', '/user/alice/moderation/report/message/1450000000000001003', {})

/** What has to be so, beside a room of `alice` with `bob` in it, before the example of an operation makes sense. */
const before: Record<string, (app: TestApp) => Promise<unknown>> = {
  removeAdmin: (app) => app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'bob' }),
  restoreRoom: (app) => app.call('DELETE', `/chatrooms/${room}`),
  decideReport: aReport,
  getReport: aReport,
  async checkText(app) {
    await aList(app)
    const asked = { content: 'x' }
    await until(async () => (await app.call('POST', '/moderation/txt/check', asked)).status === 200)
  },
}

test('10.36 every example of a body is accepted where what it speaks of is there', async () => {
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  const refused: string[] = []
  let number = 0
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { operationId, parameters, responses, requestBody }] of Object.entries(methods)) {
      if (
        !path.startsWith('/{org_name}/{app_name}') ||
        /chatfiles|share_files|chatmessages/.test(path) ||
        ['uploadKeywords', 'deleteMessage', 'pinMessage', 'unpinMessage', 'resendCallback'].includes(
          operationId,
        )
      )
        continue
      // A feature that is not served is refused, whatever is sent.
      if (!responses['200']) continue
      const app = await server.app(`demo#chat${++number}`)
      await app.register('alice', 'bob')
      await app.room({ owner: 'alice', members: ['bob'], roomid: room })
      await before[operationId]?.(app)
      const example = (name: string) => parameters.find((each) => each.name === name)?.example ?? ''
      const list = path.includes('{list_id}') ? await aList(app) : ''
      const callback = path.includes('{callback_id}')
        ? await aCallback(app, operationId === 'removeCallbackSecret' ? 2 : 1)
        : ''
      const job = path.includes('{bulk_id}') ? await aBulkJob(app) : ''
      const filled = path
        .replace('{bulk_id}', job)
        .replace('{list_id}', list)
        .replace('{callback_id}', callback)
        .replace('/{org_name}/{app_name}', '')
        .replace(/\{(\w+)\}/g, (_, name: string) => example(name))
      const text = JSON.stringify(requestBody?.content['application/json']?.example)
      const body = text
        ?.replace('YXA6c2FtcGxlLWNsaWVudC1pZA', app.clientId)
        .replace('YXA6c2FtcGxlLWNsaWVudC1zZWNyZXQ', app.clientSecret)
      const query = parameters.filter(({ in: place, example }) => place === 'query' && example !== undefined)
      const asked =
        query.length === 0 ? '' : `?${query.map(({ name, example }) => `${name}=${example}`).join('&')}`
      const reply = await app.call(method.toUpperCase(), filled + asked, body)
      if (reply.status !== 200) refused.push(`${operationId} ${reply.status} ${reply.body.error_description}`)
    }
  }
  expect(refused).toEqual([])
}, 60_000)
