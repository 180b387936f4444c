/** The API description, as the generated documents read it. */
import pino from 'pino'
import type { Deps } from '../src/http/deps.ts'
import { describeApi, type Language } from '../src/http/openapi.ts'
import { httpServer } from '../src/http/server.ts'
import { metrics } from '../src/metrics/metrics.ts'
import { all } from '../src/operations/index.ts'

interface Description {
  components: object
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Response> }>>
}

interface Response {
  content: Record<string, { example?: unknown; examples?: Record<string, Example> }>
}

interface Example {
  summary: string
  value: { error: string; error_description: string }
}

const { called, system } = httpServer(
  { metrics: metrics(), pages: { apart: false, token: '' } } as Deps,
  all,
  pino({ level: 'silent' }),
).described

export const describe = (language: Language = 'en'): Description =>
  describeApi(called, system, language) as Description

/** Paths of the calls that are about the server, and what they are for. */
export const systemCalls = system.filter(({ isHidden }) => !isHidden)
