import { type TSchema, Type as t } from '@sinclair/typebox'
import { type AppRecord, appKey } from '../domain/app.ts'
import { inQuery } from '../operations/parameters.ts'
import { exactly, says } from '../operations/schemas.ts'
import { appMissing, invalidRequest } from './call.ts'
import type { Deps } from './deps.ts'
import { jsonResponse } from './envelope.ts'
import { requestIdOf } from './request-id.ts'
import type { SystemEndpoint } from './system-endpoint.ts'
import { pathOf, queryOf } from './url.ts'

interface Host {
  protocol: 'http' | 'https'
  domain: string
  port: string
}

const portOf: Record<string, string> = { http: '80', https: '443' }

/**
 * This server as a client names it: clients take the host of the protocol that they speak, so there is one of each. Fails
 * where the name is none.
 */
function hostsOf(origin: string): Host[] {
  const url = URL.parse(origin)
  if (!url) throw invalidRequest()
  const { protocol, hostname, port } = url
  const own = protocol === 'https:' ? 'https' : 'http'
  const other = own === 'http' ? 'https' : 'http'
  const portFor = (name: string): string => (port === '' ? (portOf[name] ?? '') : port)
  return [own, other].map((name) => ({
    protocol: name as Host['protocol'],
    domain: hostname,
    port: portFor(name),
  }))
}

const Hosts: TSchema = exactly({
  hosts: t.Array(
    exactly({
      protocol: t.Union([t.Literal('http'), t.Literal('https')]),
      domain: t.String({ examples: ['chat.example.com'] }),
      port: t.String({ examples: ['443'] }),
    }),
  ),
})

const off = t.Literal('false', says('Not done.', '不启用。'))

/** The app that `app_key` (`org#app`) or `app_id` of the query names. */
function appOf({ findApp }: Pick<Deps, 'findApp'>, query: URLSearchParams): AppRecord | undefined {
  const id = query.get('app_id')
  if (id) return findApp('app-id', id)
  const [org = '', name = ''] = (query.get('app_key') ?? '').split('#')
  return findApp(org, name)
}

/** Discovery: where an app's clients send calls and open sockets, so that they need the name of one host alone. */
export const discoveryEndpoint = ({ findApp, urlOf }: Deps): SystemEndpoint => ({
  id: 'discover',
  path: '/easemob/server.json',
  summary: { en: 'Where clients find the servers of an app', zh: '客户端服务发现（HTTPDNS）' },
  description: {
    en: 'This server, as `public_url` or the host of the request name it. Clients open sockets at `/websocket` there.',
    zh: '返回本服务的地址：取自 `public_url` 或请求的主机名。客户端在该地址的 `/websocket` 建立长连接。',
  },
  parameters: [
    inQuery('app_key', 'App key, `org#app`.', 'App Key，即 `org#app`。', { type: 'string' }),
    inQuery('app_id', 'Id of the app, instead of its key.', 'App ID，可代替 App Key。', { type: 'string' }),
  ],
  response: exactly({
    app_key: t.String({ examples: ['demo#chat'] }),
    deploy_name: t.Literal('chatroomd'),
    file_version: t.Literal('1'),
    enableDataReport: off,
    enableReportLogs: off,
    uploadinparts_enable: off,
    rest: Hosts,
    'msync-wx': Hosts,
  }),
  failures: [appMissing, invalidRequest],
  respond(request, server) {
    const query = queryOf(request)
    const app = appOf({ findApp }, query)
    const path = pathOf(request.url)
    if (!app) {
      const [org_name = '', app_name = ''] = (query.get('app_key') ?? query.get('app_id') ?? '').split('#')
      throw appMissing({ org_name, app_name, path: path.slice(1) })
    }
    const hosts = hostsOf(urlOf(request, server).slice(0, -path.length))
    const body = {
      app_key: appKey(app),
      deploy_name: 'chatroomd',
      file_version: '1',
      enableDataReport: 'false',
      enableReportLogs: 'false',
      uploadinparts_enable: 'false',
      rest: { hosts },
      'msync-wx': { hosts },
    }
    return jsonResponse(requestIdOf(request), JSON.stringify(body), 200, { vary: 'Host' })
  },
})
