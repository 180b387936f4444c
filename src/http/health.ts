import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from './deps.ts'
import { answer } from './envelope.ts'
import { type PageGuard, pageRows } from './pages.ts'
import { replies } from './replies.ts'
import { requestIdOf } from './request-id.ts'

const StatusReply = (word: string) => t.Object({ status: t.Literal(word) }, { additionalProperties: false })

/** Whether the process runs, and whether it can serve: for load balancers and supervisors. */
export const healthRoutes = ({ check, metrics }: Deps, pages: PageGuard) =>
  new Elysia()
    .get('/health/live', ({ request }) => answer(requestIdOf(request), '{"status":"live"}'), {
      detail: {
        operationId: 'live',
        summary: 'The process runs',
        tags: ['Operation'],
        security: [],
        ...replies(StatusReply('live')),
      },
    })
    .get(
      '/health/ready',
      async ({ request }) => {
        try {
          await check()
          return answer(requestIdOf(request), '{"status":"ready"}')
        } catch {
          return answer(requestIdOf(request), '{"status":"the store does not answer"}', 503, {
            'retry-after': '1',
          })
        }
      },
      {
        detail: {
          operationId: 'ready',
          summary: 'The store answers',
          description: 'Otherwise 503, for a load balancer to send requests elsewhere.',
          tags: ['Operation'],
          security: [],
          ...replies(StatusReply('ready'), [], { 503: StatusReply('the store does not answer') }),
        },
      },
    )
    .get(
      '/metrics',
      async ({ request }) =>
        new Response(await metrics.text(), {
          headers: { 'content-type': metrics.contentType, 'x-request-id': requestIdOf(request) },
        }),
      {
        beforeHandle: pages.check,
        detail: {
          operationId: 'showMetrics',
          summary: 'Metrics in the text format of Prometheus',
          tags: ['Operation'],
          security: [],
          ...replies(t.String({ contentMediaType: 'text/plain' }), pageRows),
        },
      },
    )
