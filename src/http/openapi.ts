import { type TSchema, TypeGuard, Type as t } from '@sinclair/typebox'
import pkg from '../../package.json' with { type: 'json' }
import { isForAppAlone } from '../operations/allowed.ts'
import type { HttpOperation } from '../operations/operation.ts'
import type { Parameter } from '../operations/parameters.ts'
import { isEnvelope } from '../operations/schemas.ts'
import { tags } from '../operations/tags.ts'
import { ErrorEnvelope, enveloped } from './envelope-schema.ts'
import { failureResponses, failuresOf } from './openapi-failures.ts'
import type { Description } from './openapi-shared.ts'
import { termComponents, termsTaken } from './openapi-terms.ts'
import { pathParameters } from './path-parameters.ts'
import { mayBeAbsent, withNulls } from './request-body-schema.ts'
import { sampleOf } from './sample.ts'
import { type Language, shownSchema } from './shown-schema.ts'
import type { SystemEndpoint } from './system-endpoint.ts'

export type { Language }

const words = {
  done: { en: 'Done.', zh: '成功。' },
  notNow: { en: 'Not now.', zh: '暂时不可用。' },
  requestId: { en: 'Names the request in the server log.', zh: '请求标识，与服务日志对应。' },
  file: { en: 'The file.', zh: '文件内容。' },
  server: { en: 'The server that returned this description.', zh: '提供本描述的服务。' },
  appToken: {
    en: 'A token of the app, from the call `issueToken`.',
    zh: 'App Token，由 `issueToken` 接口获取。',
  },
  userToken: {
    en: 'A token of a user, from the call `issueToken`; what it is good for depends on the role of the user.',
    zh: '用户 Token，由 `issueToken` 接口获取；权限取决于用户的角色。',
  },
  about: {
    en:
      'Chat rooms as the Easemob / Agora Chat REST API has them. Every call but those that issue a token needs ' +
      '`Authorization: Bearer <token>`; every response, failures included, is JSON and names its request in `X-Request-Id`. ' +
      'Shown is the form of the reference. Where the official server SDKs read another, callers whose `User-Agent` contains ' +
      '`ServerSDK` get that, and the response carries `Vary: User-Agent`; the setting `dialect` of an app chooses otherwise.',
    zh: '与环信 / Agora Chat REST API 一致的聊天室接口。除获取 token 外，所有请求都要带 `Authorization: Bearer <token>`；所有响应（包括错误）都是 JSON，并在 `X-Request-Id` 中给出请求标识。此处为官方文档的格式；官方服务端 SDK 解析的格式不同时，`User-Agent` 含 `ServerSDK` 的调用得到 SDK 的格式，响应带 `Vary: User-Agent`；应用设置 `dialect` 可固定格式。',
  },
}

/** `/chatrooms/:chatroom_id` as OpenAPI writes it. */
const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

const json = (schema: object, rest: object = {}) => ({ 'application/json': { schema, ...rest } })

function parametersOf(path: string, own: readonly Parameter[], language: Language): object[] {
  const shown = own.map(({ says, ...parameter }) => ({
    ...parameter,
    description: says[language],
    ...(parameter.in === 'path' ? { required: true } : {}),
  }))
  const replaced = new Set(own.filter((each) => each.in === 'path').map(({ name }) => name))
  const named = [...path.matchAll(/:(\w+)/g)].flatMap(([, name = '']) => {
    const known = pathParameters[name]
    if (!known) throw new Error(`say in path-parameters.ts what :${name} of ${path} is`)
    const { says, example } = known
    const schema = { type: 'string' }
    return replaced.has(name)
      ? []
      : [{ name, in: 'path', required: true, description: says[language], schema, example }]
  })
  return [...named, ...shown]
}

const multipart = (language: Language) => ({
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: { file: { type: 'string', format: 'binary', description: words.file[language] } },
      },
    },
  },
})

const successOf = (schema: TSchema, example: unknown, language: Language) => {
  const media = (schema.contentMediaType as string | undefined) ?? 'application/json'
  return {
    description: words.done[language],
    headers: {
      'X-Request-Id': { description: words.requestId[language], schema: { type: 'string' } },
    },
    content: { [media]: { schema: shownSchema(schema, language), example } },
  }
}

/** An example response that repeats its call, as envelopes do. */
function exampleOf(schema: TSchema, method: string, path: string): unknown {
  const sample = sampleOf(schema)
  if (!schema.properties?.uri) return sample
  const filled = path.replace(/:(\w+)/g, (_, name: string) => pathParameters[name]?.example ?? name)
  return { ...(sample as object), action: method.toLowerCase(), uri: `http://127.0.0.1:8080${filled}` }
}

function securityOf({ allowed, call: { withoutToken } }: HttpOperation): Record<string, string[]>[] {
  if (withoutToken === 'always') return []
  const tokens = isForAppAlone(allowed) ? [{ appToken: [] }] : [{ appToken: [] }, { userToken: [] }]
  return withoutToken ? [...tokens, {}] : tokens
}

/** The `operationId` of a call: further routes of an operation are named by their methods. */
export function operationIdOf({ id, call }: HttpOperation, route: string): string {
  const [method = ''] = route.split(' ')
  return route === call.routes[0] ? id : `${id}By${method[0]}${method.slice(1).toLowerCase()}`
}

/** One call of an app: its path and method, and its OpenAPI operation. */
function describeCall(
  operation: HttpOperation,
  route: string,
  language: Language,
): [path: string, method: string, described: object] {
  const { allowed, call } = operation
  const [method = '', rest = ''] = route.split(' ')
  const path = `/:org_name/:app_name${rest}`
  const response = isEnvelope(call.response)
    ? enveloped(call.response, operation.kind !== 'read')
    : call.response
  const described = {
    operationId: operationIdOf(operation, route),
    summary: call.summary[language],
    ...(call.description ? { description: call.description[language] } : {}),
    tags: [tags[call.tag].name[language]],
    security: securityOf(operation),
    ...(call.withoutToken === 'always' ? {} : { 'x-allowed': allowed.rights }),
    parameters: [...parametersOf(path, call.parameters ?? [], language), ...termsTaken(operation)],
    ...(call.body
      ? {
          requestBody: {
            required: !mayBeAbsent(call.body),
            content: json(shownSchema(withNulls(call.body), language), { example: sampleOf(call.body) }),
          },
        }
      : {}),
    ...(call.upload ? { requestBody: multipart(language) } : {}),
    responses: {
      ...(TypeGuard.IsNever(response)
        ? {}
        : { 200: successOf(response, exampleOf(response, method, path), language) }),
      ...failureResponses(failuresOf(operation), language),
    },
  }
  return [templateOf(path), method.toLowerCase(), described]
}

function describeSystem(endpoint: SystemEndpoint, language: Language): object {
  const { id, path, summary, description, parameters = [], response = t.Unknown(), failures = [] } = endpoint
  return {
    operationId: id,
    summary: summary?.[language],
    ...(description ? { description: description[language] } : {}),
    tags: [tags.operation.name[language]],
    security: [],
    parameters: parametersOf(path, parameters, language),
    responses: {
      200: successOf(response, sampleOf(response), language),
      ...failureResponses([...failures], language),
      ...Object.fromEntries(
        Object.entries(endpoint.others ?? {}).map(([status, schema]) => [
          status,
          { description: words.notNow[language], content: json(schema, { example: sampleOf(schema) }) },
        ]),
      ),
    },
  }
}

const scheme = (description: string) => ({ type: 'http', scheme: 'bearer', description })

/** The API description (OpenAPI 3.1) of operations and the pages of the operator, from the same declarations that run. */
export function describeApi(
  operations: readonly HttpOperation[],
  system: readonly SystemEndpoint[],
  language: Language,
): Description & Record<string, unknown> {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    for (const route of operation.call.routes) {
      const [path, method, described] = describeCall(operation, route, language)
      paths[path] = { ...paths[path], [method]: described }
    }
  }
  for (const endpoint of system)
    if (!endpoint.isHidden) paths[endpoint.path] = { get: describeSystem(endpoint, language) }
  const used = new Set<string>([...operations.map(({ call }) => call.tag), 'operation'])
  return {
    openapi: '3.1.0',
    info: {
      title: 'chatroomd',
      version: pkg.version,
      description: words.about[language],
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: words.server[language] }],
    tags: Object.entries(tags)
      .filter(([tag]) => used.has(tag))
      .map(([, { name, says }]) => ({ name: name[language], description: says[language] })),
    paths,
    components: {
      parameters: termComponents(language),
      schemas: { Error: shownSchema(ErrorEnvelope, language) },
      securitySchemes: {
        appToken: scheme(words.appToken[language]),
        userToken: scheme(words.userToken[language]),
      },
    },
  }
}
