/** The API description, as the generated documents read it. */
import pino from 'pino'
import type { Deps } from '../src/http/deps.ts'
import { describeApi, type Route } from '../src/http/openapi.ts'
import { httpServer } from '../src/http/server.ts'
import { metrics } from '../src/metrics.ts'

interface Description {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Response> }>>
}

interface Response {
  content: Record<string, { examples?: Record<string, Example> }>
}

interface Example {
  summary: string
  value: { error: string; error_description: string }
}

export const describe = (): Description =>
  describeApi(
    httpServer({ metrics: metrics(), pages: { apart: false, token: '' } } as Deps, pino({ level: 'silent' }))
      .routes as readonly Route[],
  ) as Description
