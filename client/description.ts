/** The API description as the client has it: calls of an app, without what names the app in each. */

interface Parameter {
  name?: string
  $ref?: string
}
interface Operation {
  tags?: string[]
  parameters?: Parameter[]
  responses: Record<string, { content?: unknown; $ref?: string }>
}
interface Description {
  paths: Record<string, Record<string, Operation>>
  components: { responses: Record<string, unknown> }
}

const ofApp = '/{org_name}/{app_name}'

/** What the client adds by itself. */
const own = new Set(['org_name', 'app_name'])
const isOwn = ({ name = '', $ref = '' }: Parameter): boolean =>
  own.has(name) || $ref.endsWith('/IdempotencyKey')

/** One call without failures: those are thrown, and all have one form. */
function trimmed(operation: Operation): Operation {
  const done = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
  return {
    ...operation,
    parameters: (operation.parameters ?? []).filter((parameter) => !isOwn(parameter)),
    responses: Object.fromEntries(done),
  }
}

export function ofAnApp(description: Description): Description {
  const paths: Description['paths'] = {}
  for (const [path, operations] of Object.entries(description.paths)) {
    if (!path.startsWith(ofApp)) continue
    const served = Object.entries(operations).filter(([, { tags }]) => !tags?.includes('Not served'))
    if (served.length === 0) continue
    paths[path.slice(ofApp.length)] = Object.fromEntries(
      served.map(([method, each]) => [method, trimmed(each)]),
    )
  }
  const shared = Object.entries(description.components.responses).filter(([name]) =>
    name.startsWith('Status2'),
  )
  return {
    ...description,
    paths,
    components: { ...description.components, responses: Object.fromEntries(shared) },
  }
}
