import { Type as t } from '@sinclair/typebox'
import type { BunRequest, Server } from 'bun'
import { appKey } from '../../domain/app.ts'
import type { Operator } from '../../domain/operator.ts'
import { loosely } from '../../operations/schemas.ts'
import type { Deps } from '../deps.ts'
import { appCalls, createAppCall } from './app-calls.ts'
import { type ConsoleCalls, callsByRole, reading } from './call.ts'
import { upkeepCalls } from './upkeep-calls.ts'

const newOperator = reading(loosely({ name: t.String(), password: t.String(), role: t.String() }))
const newPassword = reading(loosely({ password: t.String() }))

const shown = ({ name, role, createdMs }: Operator) => ({ name, role, created: createdMs })

/** The operator that a path names. */
const named = ({ params }: BunRequest): string => (params as Record<string, string>).name ?? ''

/** What is about the server and not about one app: its apps, figures, log and operators. */
export function serverCalls(deps: Deps): ConsoleCalls {
  const { operators, addressOf, store } = deps
  const forRole = callsByRole(deps)

  const sourceOf = (request: Request, server: Server<unknown>) => ({
    source: addressOf(request, server),
    signal: request.signal,
  })

  async function listApps() {
    const counts = await deps.countApps()
    const apps = await store.apps.listApps()
    return apps.map((app) => {
      const { rooms = 0, users = 0 } = counts.get(app.id) ?? {}
      return { key: appKey(app), org: app.org, app: app.name, rooms, users, created: app.createdMs }
    })
  }

  return {
    apps: {
      GET: forRole('viewer', async () => ({ apps: await listApps() })),
      ...createAppCall(deps),
    },
    ...appCalls(deps),
    overview: { GET: forRole('viewer', async () => ({ nodes: await deps.figures() })) },
    ...upkeepCalls(deps),
    permissions: { GET: forRole('viewer', async () => ({ permissions: deps.permissions })) },
    logs: { GET: forRole('admin', async () => `{"lines":[${(await deps.recentLog()).join()}]}`) },
    operators: {
      GET: forRole('admin', async () => ({ operators: (await operators.list()).map(shown) })),
      POST: forRole('admin', async ({ request, server, session }) => {
        const { name, password, role } = await newOperator(request)
        const from = sourceOf(request, server)
        return { operator: shown(await operators.add(name, password, role, from, session.name)) }
      }),
    },
    'operators/:name': {
      DELETE: forRole('admin', async ({ request, session }) => {
        await operators.remove(named(request), session.name)
        return {}
      }),
    },
    'operators/:name/password': {
      PUT: forRole('admin', async ({ request, server, session }) => {
        const { password } = await newPassword(request)
        await operators.setPassword(named(request), password, sourceOf(request, server), session.name)
        return {}
      }),
    },
  }
}
