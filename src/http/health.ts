import { Type as t } from '@sinclair/typebox'
import { exactly } from '../operations/schemas.ts'
import type { Deps } from './deps.ts'
import { jsonResponse } from './envelope.ts'
import { pageFailures } from './page-guard.ts'
import { requestIdOf } from './request-id.ts'
import type { SystemEndpoint } from './system-endpoint.ts'

const Status = (word: string) => exactly({ status: t.Literal(word) })
const NotReady = exactly({
  status: t.Union([t.Literal('the store does not answer'), t.Literal('the server is stopping')]),
})

/** Whether the process runs and whether it can serve, for load balancers and supervisors; and what it counted. */
export const healthEndpoints = ({ check, isStopping, metrics, polls }: Deps): SystemEndpoint[] => [
  {
    id: 'live',
    path: '/health/live',
    summary: { en: 'The process runs', zh: '进程存活' },
    response: Status('live'),
    respond: (request) => jsonResponse(requestIdOf(request), '{"status":"live"}'),
  },
  {
    id: 'ready',
    path: '/health/ready',
    summary: { en: 'The store responds', zh: '存储可用' },
    description: {
      en: 'Otherwise 503, for a load balancer to send requests elsewhere.',
      zh: '不可用时返回 503，负载均衡可将请求转往别处。',
    },
    response: Status('ready'),
    others: { 503: NotReady },
    async respond(request) {
      const notReady = (status: string) =>
        jsonResponse(requestIdOf(request), `{"status":"${status}"}`, 503, { 'retry-after': '1' })
      polls.asked()
      if (isStopping()) return notReady('the server is stopping')
      try {
        await check()
        return jsonResponse(requestIdOf(request), '{"status":"ready"}')
      } catch {
        // Calls that fail for it log the cause; probes, every second, would only repeat it.
        return notReady('the store does not answer')
      }
    },
  },
  {
    id: 'showMetrics',
    path: '/metrics',
    summary: { en: 'Metrics in the text format of Prometheus', zh: 'Prometheus 文本格式的指标' },
    response: t.String({ contentMediaType: 'text/plain' }),
    failures: pageFailures,
    isPage: true,
    respond: async () =>
      new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
  },
]
