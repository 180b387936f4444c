import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { aServer, type TestServer } from '../support/server.ts'

interface Schema {
  properties?: Record<string, Schema & { examples?: unknown[] }>
  items?: Schema
  anyOf?: Schema[]
}
interface Operation {
  operationId: string
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}
const { paths } = JSON.parse(readFileSync(join(import.meta.dir, '../../docs/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}

let server: TestServer
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

const values: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  ' ',
  'x',
  '0',
  '-1',
  'alice',
  'ALICE',
  'a b',
  '/',
  '%',
  '__proto__',
  '"}{',
  '小明',
  '😀'.repeat(600),
  'x'.repeat(20_000),
  [],
  [null],
  [[]],
  ['alice'],
  ['alice', 'alice'],
  ['nobody', 7],
  Array(101).fill('bob'),
  {},
  { a: null },
  { alice: {} },
  { toString: 'x' },
]
const segments = [
  'x',
  '%2F',
  '%25',
  '%22',
  '%F0%9F%98%80',
  'alice%2Cbob',
  ',',
  'alice,,ALICE',
  '__proto__',
  'constructor',
  'x'.repeat(2000),
  Array(101)
    .fill('u')
    .map((each, n) => each + n)
    .join(),
  '%',
  '%00',
  '%ff',
]

/** Bodies that are right but for one field, and some that are wrong as a whole. */
function bodies(operation: Operation): unknown[] {
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema
  const fields = schema?.properties ?? schema?.anyOf?.[0]?.properties ?? {}
  const right = Object.fromEntries(
    Object.entries(fields).flatMap(([name, { examples }]) => (examples?.length ? [[name, examples[0]]] : [])),
  )
  const wrong = Object.keys({ ...fields, other: {} }).flatMap((name) => [
    { ...right, [name]: undefined },
    ...values.map((value) => ({ ...right, [name]: value })),
  ])
  return [right, ...wrong, ...values.map((value) => JSON.stringify(value)), '{"__proto__":{"name":"x"}}']
}

for (const [template, operations] of Object.entries(paths))
  for (const [method, operation] of Object.entries(operations)) {
    if (!template.startsWith('/{org_name}')) continue
    test(`${method.toUpperCase()} ${template} responds to whatever it is sent as documented`, async () => {
      const app = await server.app(`acme#${operation.operationId.toLowerCase()}`)
      await app.register('alice', 'bob')
      const room = await app.room({ owner: 'alice', members: ['bob'] })
      const pathWith = (given: Record<string, string> = {}) =>
        template
          .replace('/{org_name}/{app_name}', '')
          .replace(/\{(\w+)\}/g, (_, name: string) => given[name] ?? (name === 'chatroom_id' ? room : 'bob'))
      const verb = method.toUpperCase()
      const query = (operation.parameters ?? []).filter((each) => each.in === 'query')
      const calls: [path: string, body?: unknown][] = [
        ...[...template.matchAll(/\{(chatroom_id|username)\}/g)].flatMap(([, name]) =>
          segments.map(
            (segment) =>
              [pathWith({ [name as string]: segment }), verb === 'GET' ? undefined : {}] as [string, unknown],
          ),
        ),
        ...query.flatMap(({ name }) =>
          segments.map((segment) => [`${pathWith()}?${name}=${segment}`] as [string]),
        ),
        ...(operation.requestBody
          ? bodies(operation).map((body) => [pathWith(), body] as [string, unknown])
          : []),
      ]
      for (const [path, body] of calls) {
        const reply = await app.call(verb, path, body)
        if (reply.status >= 500)
          expect({ path, body: JSON.stringify(body)?.slice(0, 200), reply }).toEqual({} as never)
      }
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
    }, 30_000)
  }
