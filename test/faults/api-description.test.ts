import { afterAll, beforeAll, expect, test } from 'bun:test'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

interface Schema {
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  minItems?: number
  maxItems?: number
  maxProperties?: number
  const?: string
  anyOf?: Schema[]
  properties?: Record<string, Schema>
}

interface Operation {
  operationId: string
  parameters: { name: string; in: string }[]
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { content: Record<string, { schema: Schema }> }>
}

let server: TestServer
let app: TestApp
let described: { servers: { url: string }[]; paths: Record<string, Record<string, Operation>> }

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  described = (await (await fetch(`${server.url}/openapi.json`)).json()) as typeof described
})
afterAll(() => server.stop())

function operation(id: string): Operation {
  const all = Object.values(described.paths).flatMap((methods) => Object.values(methods))
  return all.find(({ operationId }) => operationId === id) as Operation
}

const fieldsOf = (id: string): Record<string, Schema> => {
  const schema = operation(id).requestBody?.content['application/json']?.schema
  return schema?.properties ?? schema?.anyOf?.[0]?.properties ?? {}
}

const queryOf = (id: string): string[] =>
  operation(id)
    .parameters.filter((parameter) => parameter.in === 'query')
    .map(({ name }) => name)

test('10.36 the API description names a server', () => {
  expect(described.servers).toMatchObject([{ url: '/' }])
})

test('10.36 lists name every parameter that they read', () => {
  expect(queryOf('listMembers').sort()).toEqual(
    ['cursor', 'joined_time', 'limit', 'pagenum', 'pagesize', 'sort', 'version'].sort(),
  )
  expect(queryOf('listSuperAdmins')).toEqual(['pagenum', 'pagesize'])
})

test('10.36 a server that is not ready is described', () => {
  const { schema } = operation('ready').responses[503]?.content['application/json'] ?? {}
  expect(schema?.properties).toMatchObject({
    status: { anyOf: [{ const: 'the store does not answer' }, { const: 'the server is stopping' }] },
  })
})

test('10.36 bounds are in the schemas', () => {
  const create = fieldsOf('createRoom')
  expect(create.roomid?.pattern).toBe('^[a-z0-9]{1,64}$')
  expect(create.maxusers?.minimum).toBe(1)
  expect(create.name?.maxLength).toBe(128)
  expect(fieldsOf('registerUsers').password).toMatchObject({ minLength: 1, maxLength: 64 })
  expect(fieldsOf('changePassword').newpassword).toMatchObject({ minLength: 1, maxLength: 64 })
  expect(fieldsOf('setAttributes').metaData?.maxProperties).toBe(10)
  expect(fieldsOf('muteMembers').usernames).toMatchObject({ minItems: 1, maxItems: 60 })
  expect(fieldsOf('sendRoomMessage').to).toMatchObject({ minItems: 1, maxItems: 10 })
})

test('10.36 what is beyond a bound of a schema is refused with the text of its rule', async () => {
  await app.register('alice')
  const draft = { name: 'a', description: 'b', owner: 'alice' }
  const id = await app.room(draft)
  for (const [path, body, text] of [
    ['/chatrooms', { ...draft, roomid: 'A' }, 'group ID illegal, please check it'],
    ['/chatrooms', { ...draft, maxusers: 0 }, 'maxusers must be an integer of at least 1'],
    ['/chatrooms', { ...draft, name: 'x'.repeat(129) }, 'title cannot exceed to 128'],
    ['/users', { username: 'bob', password: 'x'.repeat(65) }, 'password is longer than 64 characters'],
    [`/chatrooms/${id}/mute`, { usernames: ['alice'], mute_duration: -2 }, expect.any(String)],
  ] as const) {
    const { status, body: answer } = await app.call('POST', path, body)
    expect(status).toBeOneOf([400, 403])
    expect(answer.error_description).toEqual(text)
    expect(answer.error_description).not.toContain('to match')
  }
})

test('10.36 a field that may be left out may be null, and a body of such fields alone may be left out', () => {
  const isNullable = (id: string, name: string) => JSON.stringify(fieldsOf(id)[name]).includes('"null"')
  expect(isNullable('createRoom', 'maxusers')).toBe(true)
  expect(isNullable('createRoom', 'owner')).toBe(false)
  expect(operation('createRoom').requestBody?.required).toBe(true)
  expect(operation('setNotificationLanguage').requestBody?.required).toBe(false)
})
