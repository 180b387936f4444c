import { Type as t } from '@sinclair/typebox'
import type { BunRequest } from 'bun'
import { appKey } from '../../domain/app.ts'
import {
  type AppSettings,
  appSettings,
  readAppSettings,
  secretAppSettings,
} from '../../domain/app-settings.ts'
import { failure } from '../../domain/failures.ts'
import { loosely } from '../../operations/schemas.ts'
import type { Deps } from '../deps.ts'
import { type ConsoleCalls, callsByRole, reading } from './call.ts'

const newApp = reading(loosely({ key: t.String() }))
const change = reading(t.Record(t.String(), t.String()))

const noApp = failure('resource_not_found', 'there is no app {key}', {
  en: 'no app has this key',
  zh: '应用不存在',
})

const badSetting = failure('illegal_argument', '{reason}', {
  en: 'the app has no such setting, or it takes no such value',
  zh: '没有该设置，或取值不合法',
})

/** The app that a path names, as `org#app`. */
const keyIn = ({ params }: BunRequest): string => (params as Record<string, string>).key ?? ''

const textOf = (value: unknown): string => (value === null ? 'none' : String(value))

/** Every setting of an app with its meaning, but the values of secrets. */
function shown(settings: AppSettings) {
  return Object.entries(appSettings).map(([name, { default: byDefault, en, zh }]) => {
    const isSecret = secretAppSettings.has(name)
    const value = isSecret ? '' : textOf(settings[name as keyof AppSettings])
    return { name, value, default: byDefault, en, zh, secret: isSecret }
  })
}

/** Reads settings from texts. Fails with what is wrong with them. */
function readChange(texts: Record<string, string>): Partial<AppSettings> {
  try {
    return readAppSettings(Object.entries(texts).map(([name, text]) => `${name}=${text}`))
  } catch (error) {
    throw badSetting({ reason: error instanceof Error ? error.message : String(error) })
  }
}

/** Shows and changes the settings of apps. */
export function appCalls(deps: Deps): ConsoleCalls {
  const { appAdmin, store } = deps
  const forRole = callsByRole(deps)

  async function settingsOf(key: string): Promise<AppSettings> {
    const app = (await store.apps.listApps()).find((each) => appKey(each) === key)
    if (!app) throw noApp({ key })
    return app.settings
  }

  return {
    'apps/:key/settings': {
      GET: forRole('viewer', async ({ request }) => ({ settings: shown(await settingsOf(keyIn(request))) })),
      PUT: forRole('admin', async ({ request, session }) => {
        const key = keyIn(request)
        const changed = readChange(await change(request))
        await settingsOf(key)
        return { settings: shown(await appAdmin.changeApp(session.name, key, changed)) }
      }),
    },
  }
}

/** Creates an app; its secret is shown this once. */
export function createAppCall(deps: Deps): ConsoleCalls[string] {
  return {
    POST: callsByRole(deps)('admin', async ({ request, session }) => {
      const { key } = await newApp(request)
      const { clientId, clientSecret } = await deps.appAdmin.createApp(session.name, key)
      return { key, client_id: clientId, client_secret: clientSecret }
    }),
  }
}
