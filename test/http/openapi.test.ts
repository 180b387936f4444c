import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { all } from '../../src/operations/index.ts'
import { type ApiDescription, apiContract, withResponses } from '../support/contract.ts'
import { aServer, type TestServer } from '../support/server.ts'

let server: TestServer
let description: ApiDescription

beforeAll(async () => {
  server = await aServer()
  description = withResponses((await (await fetch(`${server.url}/openapi.json`)).json()) as ApiDescription)
})
afterAll(() => server.stop())

const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      call: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )

test('the API description is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(structuredClone(description) as never)
  expect(result).toMatchObject({ valid: true })
})

test('every route is in the API description, and nothing else is', () => {
  const routes = all.flatMap(({ call }) => call?.routes ?? [])
  const ofApp = routes.map((route) =>
    route.replace(' ', ' /{org_name}/{app_name}').replace(/:(\w+)/g, '{$1}'),
  )
  const system = [
    '/health/live',
    '/health/ready',
    '/easemob/server.json',
    '/metrics',
    '/openapi.json',
    '/docs',
  ]
  expect(
    operations()
      .map(({ call }) => call)
      .sort(),
  ).toEqual([...ofApp, ...system.map((path) => `GET ${path}`)].sort())
})

test('every operation has a name of its own', () => {
  const names = operations().map(({ operation }) => operation.operationId)
  expect(names.length).toBe(new Set(names).size)
})

test('every example fits the schema that it stands beside', () => {
  const { problemsOf } = apiContract(description)
  for (const { call, operation } of operations()) {
    const bodies = [operation, ...Object.values(operation.responses)] as {
      requestBody?: { content: object }
      content?: object
    }[]
    for (const body of bodies) {
      for (const media of Object.values(body.requestBody?.content ?? body.content ?? {})) {
        const {
          schema,
          example,
          examples = {},
        } = media as {
          schema: object
          example?: unknown
          examples?: Record<string, { value: unknown }>
        }
        const shown = [
          ...(example === undefined ? [] : [example]),
          ...Object.values(examples).map(({ value }) => value),
        ]
        for (const value of shown) expect(`${call}: ${problemsOf(schema, value)}`).toBe(`${call}: `)
      }
    }
  }
}, 60_000)

test('every parameter of a path is explained', () => {
  for (const { call, operation } of operations()) {
    const { parameters } = operation as unknown as { parameters: { name: string; description: string }[] }
    for (const { name, description: said } of parameters)
      expect(`${call} ${name}: ${said}`).not.toEndWith(': ')
  }
})

/** Every text that explains something; of tables the last column. */
function explanations(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'example' || name === 'value' || (name === 'examples' && Array.isArray(inner))) return []
    if ((name === 'summary' || name === 'description') && typeof inner === 'string')
      return inner.startsWith('| ')
        ? [...inner.matchAll(/\| ([^|]*[^|\- ]) \|$/gm)].map(([, cell = '']) => cell)
        : [inner]
    return explanations(inner)
  })
}

test('every explanation has a Chinese one, and nothing else differs', async () => {
  const chinese = withResponses(
    (await (await fetch(`${server.url}/openapi.json?lang=zh`)).json()) as ApiDescription,
  )
  const { tags } = chinese as unknown as { tags: { name: string }[] }
  const english = [...explanations(chinese), ...tags.map(({ name }) => name)].filter(
    (text) => !/\p{Script=Han}|^App Token。$/u.test(text),
  )
  expect([...new Set(english)]).toEqual([])
  const structure = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (key, inner) =>
        /^(summary|description|tags)$/.test(key) && typeof inner !== 'object' ? '' : inner,
      ),
      (key, inner) => (key === 'tags' ? '' : inner),
    )
  const whole = ({ components: { responses, ...components }, ...rest }: ApiDescription) => ({
    ...rest,
    components,
  })
  expect(structure(whole(chinese))).toEqual(structure(whole(description)))
})
