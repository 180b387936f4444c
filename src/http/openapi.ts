import { type TSchema, Type as t } from '@sinclair/typebox'
import pkg from '../../package.json' with { type: 'json' }
import { type FailureWord, failures } from '../failure.ts'
import { type Permitted, permissions, refusal, rightOf, roles } from '../permissions.ts'
import { shownSchema } from './bounds.ts'
import { ErrorEnvelope, type Row } from './replies.ts'
import { sampleOf } from './sample.ts'

/** What the router keeps of a route. */
export interface Route {
  method: string
  path: string
  hooks: { body?: TSchema; detail?: Detail }
}

interface Detail {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  /** Who may call: tokens by name, `[]` for anyone. */
  security?: Record<string, string[]>[]
  parameters?: Parameter[]
  hide?: boolean
  'x-answer'?: TSchema
  'x-failures'?: readonly Row[]
  'x-others'?: Record<number, TSchema>
}

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  description?: string
  schema?: TSchema
}

type DescribedRoute = Route & { hooks: { detail: Detail & { operationId: string; security: object[] } } }

/** Words of the reference for the parameters of paths. */
const inPath: Record<string, [name: string, description: string, example: string]> = {
  org: ['org_name', 'Organization of the app: the part of the app key before `#`.', 'demo'],
  app: ['app_name', 'Name of the app: the part of the app key after `#`.', 'chat'],
  uuid: ['uuid', 'Id of the attachment.', '5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911'],
  id: ['chatroom_id', 'Chat room id.', '248710559375361'],
  username: ['username', 'User id; upper case counts as lower case.', 'bob'],
}

const tags = [
  { name: 'Tokens', description: 'Credentials for everything else.' },
  { name: 'Chat rooms', description: 'List, read, create, change, transfer and dissolve chat rooms.' },
  { name: 'Members', description: 'Who is in a chat room.' },
  { name: 'Admins', description: 'Members that manage a chat room beside its owner.' },
  { name: 'Super admins', description: 'Users that create chat rooms with their own tokens.' },
  { name: 'Mute', description: 'Who may not speak in a chat room.' },
  { name: 'Block list', description: 'Who may not come into a chat room.' },
  { name: 'Allow list', description: 'Who may speak while everybody is muted.' },
  { name: 'Announcement', description: 'A text for everybody in a chat room.' },
  { name: 'Custom attributes', description: 'Texts by key, which members keep for a chat room.' },
  {
    name: 'Messages',
    description: 'Messages that the app itself sends; clients send theirs over their WebSocket.',
  },
  { name: 'Audit trail', description: 'Who changed what, and when.' },
  { name: 'Users', description: 'Users of an app. Chat rooms refer to users that must exist.' },
]

/** Shown last. */
const operation = { name: 'Operation', description: 'For load balancers, supervisors and monitoring.' }

/**
 * Stops the start when a route does not say what it is called, where it belongs and who may call it: nothing is open,
 * or left out of the API description, by oversight.
 */
export function checkRoutes(routes: readonly Route[]): void {
  const problems = routes.flatMap(({ method, path, hooks: { detail = {} } }) => {
    const missing = [
      ...(detail.operationId ? [] : ['operationId']),
      ...(detail.tags?.length ? [] : ['tags']),
      ...(detail.security ? [] : ['security (who may call; [] = anyone)']),
    ]
    return missing.length > 0 && !detail.hide ? [`${method} ${path} lacks ${missing.join(', ')}`] : []
  })
  if (problems.length > 0) throw new Error(`Routes must say who they are for:\n  ${problems.join('\n  ')}`)
}

/** Failures that belong to no call: of paths and methods that there are not. */
export const generalRows: readonly Row[] = [
  ['service_resource_not_found', 'Service resource not found', 'there is no call with this path'],
  [
    'method_not_allowed',
    '{method} is not allowed here; allowed: {methods}',
    'the path has calls with other methods, which the header `Allow` names',
  ],
]

/** Who may call, by the table of permissions; nothing for calls that ask for no token. */
const allowed = (operation: string): object =>
  Object.hasOwn(permissions, operation)
    ? { 'x-allowed': Object.fromEntries(roles.map((role) => [role, rightOf(operation as Permitted, role)])) }
    : {}

/** What the table of permissions answers to a role that may not do it. */
function refusalOf(operation: string): Row | undefined {
  if (!Object.hasOwn(permissions, operation)) return undefined
  const { word, text } = refusal(operation as Permitted)
  return word === 'unauthorized' ? undefined : [word, text, 'the role of the caller does not suffice']
}

const reads = (method: string): boolean => method === 'GET'

/** The failures of a call: its own first, then those that follow from its token, its body and its path. */
function failuresOf({ method, path, hooks: { body, detail = {} } }: Route): Row[] {
  const rows: Row[] = [...(detail['x-failures'] ?? [])]
  if (detail.security?.length)
    rows.push([
      'unauthorized',
      'Unable to authenticate (OAuth)',
      'the token is missing, expired, broken or of another app',
    ])
  const denied = refusalOf(detail.operationId ?? '')
  if (denied) rows.push(denied)
  if (path.startsWith('/:org/:app')) {
    rows.push(
      [
        'organization_application_not_found',
        'Could not find application for {org_name}/{app_name} from URI: {path}',
        'there is no such app',
      ],
      [
        'illegal_argument',
        'this is an invalid request.',
        'a path that is not percent-encoded UTF-8, or holds NUL',
      ],
      [
        'service_unavailable',
        'the store does not answer; nothing was changed, try again',
        'the disk is full, or the database is out of reach',
      ],
    )
  }
  if (path.startsWith('/:org/:app'))
    rows.push([
      'reach_limit',
      'This request has reached api limit',
      'over the limit, where the app has `rateLimits`',
    ])
  if (body) rows.push(...bodyRows(body))
  if (!reads(method))
    rows.push(
      ['service_unavailable', 'the store cannot be written; restart the server', 'the store has failed'],
      [
        'service_unavailable',
        'the store did not confirm the change: it may have been made or not; read it back before you try again',
        'the disk or the database failed in the very moment of the commit',
      ],
    )
  rows.push([
    'internal_error',
    'Internal error; the server log has more under this request id',
    'something that nobody foresaw',
  ])
  return rows
}

function bodyRows(body: TSchema): Row[] {
  const rows: Row[] = []
  if (body.required?.length)
    rows.push([
      'invalid_parameter',
      '{field} must be provided',
      'a required field is missing; the first, in the order above',
    ])
  if (body.additionalProperties === false)
    rows.push([
      'invalid_parameter',
      'some of [{fields}] are not valid fields',
      'fields that the call does not have',
    ])
  return [
    ...rows,
    ['invalid_parameter', '{field} must be {type}', 'a field of the wrong JSON type'],
    ['invalid_parameter', 'the body must be a JSON object', 'the body is JSON of another kind'],
    ['invalid_parameter', 'the body is not JSON', 'broken JSON'],
    ['invalid_parameter', 'the body is not UTF-8 text', 'bytes that are not UTF-8'],
    ['invalid_parameter', 'the body holds a NUL or half a character', 'NUL or a lone surrogate in a text'],
    ['invalid_parameter', 'the body is nested deeper than 64 levels', 'no call needs more than a few'],
    ['invalid_parameter', 'the body did not come whole', 'the connection ended before the body'],
    ['invalid_parameter', 'the body came too slowly', 'slower than 1 KiB a second'],
    ['service_unavailable', 'too many bodies are being read; try again later', 'bodies over 64 MiB in all'],
    ['request_entity_too_large', 'Request Entity Too Large', 'a body over 1 MiB'],
  ]
}

export const statusOf = ([word, , , status]: Row): number => status ?? failures[word][0]

const anError = (word: FailureWord, text: string) => ({
  error: word,
  exception: failures[word][1],
  error_description: text,
  timestamp: 1767225600123,
  duration: 0,
  properties: {},
})

const json = (schema: object, rest: object = {}) => ({ 'application/json': { schema, ...rest } })

function failureResponses(rows: Row[]): Record<string, object> {
  const statuses = [...new Set(rows.map(statusOf))].sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status) => {
      const mine = rows.filter((row) => statusOf(row) === status)
      const lines = mine.map(
        ([word, text, when]) => `| \`${word}\` | \`${text.replaceAll('|', '\\|')}\` | ${when} |`,
      )
      const examples = mine.map(([word, text, when], place) => [
        `${word}-${place + 1}`,
        { summary: when, value: anError(word, text) },
      ])
      return [
        status,
        {
          description: ['| `error` | `error_description` | when |', '| --- | --- | --- |', ...lines].join(
            '\n',
          ),
          content: json({ $ref: '#/components/schemas/Error' }, { examples: Object.fromEntries(examples) }),
        },
      ]
    }),
  )
}

/** `/:org/:app/chatrooms/:id` as OpenAPI and the reference write it. */
export const pathOf = (path: string): string =>
  path.replace(/:(\w+)/g, (_, name: string) => `{${inPath[name]?.[0] ?? name}}`)

function parametersOf(path: string, own: Parameter[] = []): object[] {
  const named = [...path.matchAll(/:(\w+)/g)].map(([, short = '']) => {
    const [name, description, example] = inPath[short] ?? [short, '', '']
    return { name, in: 'path', required: true, description, schema: { type: 'string' }, example }
  })
  const replaced = new Set(own.map(({ name }) => name))
  return [
    ...named.filter(({ name }) => !replaced.has(name)),
    ...own.map((parameter) => (parameter.in === 'path' ? { ...parameter, required: true } : parameter)),
  ]
}

/** An example answer that repeats its call, as envelopes do. */
function answerSample({ method, path }: Route, answer: TSchema): unknown {
  const sample = sampleOf(answer)
  if (!path.startsWith('/:org/:app') || !answer.properties?.uri) return sample
  const filled = path.replace(/:(\w+)/g, (_, name: string) => inPath[name]?.[2] ?? name)
  return { ...(sample as object), action: method.toLowerCase(), uri: `http://127.0.0.1:8080${filled}` }
}

function operationOf(route: DescribedRoute): object {
  const { path, hooks } = route
  const { body, detail } = hooks
  const {
    'x-answer': answer = t.Unknown(),
    'x-failures': _,
    'x-others': others = {},
    hide,
    parameters,
    ...said
  } = detail
  const media = (answer.contentMediaType as string | undefined) ?? 'application/json'
  return {
    ...said,
    ...allowed(said.operationId),
    parameters: parametersOf(path, parameters),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: json(shownSchema(body) as object, { example: sampleOf(body) }),
          },
        }
      : {}),
    responses: {
      200: {
        description: 'Done.',
        headers: {
          'X-Request-Id': { description: 'Names the request in the server log.', schema: { type: 'string' } },
        },
        content: { [media]: { schema: answer, example: answerSample(route, answer) } },
      },
      ...failureResponses(failuresOf(route)),
      ...Object.fromEntries(
        Object.entries(others).map(([status, schema]) => [
          status,
          { description: 'Not now.', content: json(schema, { example: sampleOf(schema) }) },
        ]),
      ),
    },
  }
}

/** The API description (OpenAPI 3.1) of the routes, from the same schemas that check their bodies. */
export function describeApi(routes: readonly Route[]): object {
  checkRoutes(routes)
  const shown = (routes as DescribedRoute[]).filter(({ hooks }) => !hooks.detail.hide)
  const paths: Record<string, Record<string, object>> = {}
  for (const route of shown) {
    const path = pathOf(route.path)
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operationOf(route)
  }
  const used = new Set(shown.flatMap(({ hooks }) => hooks.detail.tags ?? []))
  used.delete(operation.name)
  return {
    openapi: '3.1.0',
    info: {
      title: 'chatroomd',
      version: pkg.version,
      description:
        'Chat rooms as the Easemob / Agora Chat REST API has them. Every call but those that ask for a token needs ' +
        '`Authorization: Bearer <token>`; every answer, failures included, is JSON and names its request in `X-Request-Id`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that answered this description.' }],
    tags: [
      ...tags.filter(({ name }) => used.delete(name)),
      ...[...used].map((name) => ({ name })),
      operation,
    ],
    paths,
    components: {
      schemas: { Error: ErrorEnvelope },
      securitySchemes: {
        appToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of the app, from the call `issueToken`.',
        },
        userToken: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A token of a user, from the call `issueToken`; what it is good for depends on the role of the user.',
        },
      },
    },
  }
}
