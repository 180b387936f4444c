import Ajv, { type ValidateFunction } from 'ajv/dist/2020'

interface Example {
  value: { error: string; error_description: string }
}

interface Media {
  schema: object
  examples?: Record<string, Example>
}

interface Described {
  $ref?: string
  content: Record<string, Media>
}

interface Operation {
  operationId: string
  responses: Record<string, Described>
}

export interface ApiDescription {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; responses: Record<string, Described> }
}

/** The description with a response wherever it refers to one. */
export function withResponses(description: ApiDescription): ApiDescription {
  const { responses } = description.components
  for (const operation of Object.values(description.paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, { $ref }] of Object.entries(operation.responses)) {
      const response = $ref === undefined ? undefined : responses[$ref.split('/').at(-1) ?? '']
      if (response) operation.responses[status] = response
    }
  }
  return description
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** `grpID {id} does not exist!` as an expression: what stands for a name is any text. */
const patternOf = (template: string): RegExp =>
  new RegExp(`^${escaped(template).replace(/\\\{\w+\\\}/g, '[^]*')}$`)

/** Compares replies with the API description: an operation, its statuses, bodies and failures. */
export function apiContract(published: ApiDescription) {
  const description = withResponses(published)
  const ajv = new Ajv({ strict: false })
  ajv.addSchema({ $id: 'api', components: description.components })
  const compiled = new Map<object, ValidateFunction>()
  const validatorOf = (schema: object): ValidateFunction => {
    const known = compiled.get(schema)
    if (known) return known
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'))
    const made = ajv.compile(local)
    compiled.set(schema, made)
    return made
  }

  const variables = (path: string): number => path.split('{').length
  const paths = Object.entries(description.paths)
    .sort(([a], [b]) => variables(a) - variables(b))
    .map(([path, operations]) => ({
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      operations,
    }))

  function problemsOf(schema: object, body: unknown): string {
    const valid = validatorOf(schema)
    return valid(body) ? '' : ajv.errorsText(valid.errors)
  }

  function problemOf(method: string, path: string, status: number, body: unknown): string {
    const found = paths.find(({ pattern }) => pattern.test(path))?.operations
    const operation = found?.[method.toLowerCase()]
    if (!operation) {
      if (method === 'OPTIONS' || method === 'HEAD') return ''
      if (status !== 404 && status !== 405) return `no such call, but status ${status}`
      return problemsOf({ $ref: '#/components/schemas/Error' }, body)
    }
    const reply = operation.responses[status]
    if (!reply) return `${operation.operationId} has no status ${status}`
    const media = reply.content['application/json']
    if (!media) return ''
    const problems = problemsOf(media.schema, body)
    if (problems || status === 200) return problems && `${operation.operationId}: ${problems}`
    const { error, error_description: text } = body as Example['value']
    if (!media.examples) return ''
    const rows = Object.values(media.examples)
    const documented = rows.some(
      ({ value }) => value.error === error && patternOf(value.error_description).test(text),
    )
    return documented ? '' : `${operation.operationId} documents no ${status} ${error} "${text}"`
  }

  return {
    /** Fails when a reply does not match the API description. */
    check(method: string, url: string, status: number, body: unknown): void {
      const problem = problemOf(
        method,
        url.replace(/^https?:\/\/[^/]+/, '').replace(/\?.*$/s, ''),
        status,
        body,
      )
      if (problem)
        throw new Error(
          `${method} ${url} departs from the API description: ${problem}\n${JSON.stringify(body)}`,
        )
    },
    problemsOf,
  }
}

let contract: Promise<ReturnType<typeof apiContract>> | undefined

/** The contract that a server publishes; the same for all servers of one test run. */
export function contractOf(url: string): Promise<ReturnType<typeof apiContract>> {
  contract ??= fetch(new URL('/openapi.json', url)).then(async (response) =>
    apiContract((await response.json()) as ApiDescription),
  )
  return contract
}
