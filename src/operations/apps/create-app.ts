import { parseAppKey } from '../../domain/app.ts'
import { type AppSettings, defaultSettings, settingsOfNewApps } from '../../domain/app-settings.ts'
import { Failure } from '../../domain/failure.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { type Credentials, newSecret, randomText, secretRecord } from './credentials.ts'
import { setQuotas } from './locked-app.ts'

/** An app to create; credentials that are left out are made. */
export interface NewApp {
  key: string
  clientId?: string | undefined
  clientSecret?: string | undefined
  settings?: Partial<AppSettings> | undefined
}

/** Creates an app. Fails with `illegal_argument` when its key is malformed or taken. */
export const createApp = write({
  id: 'createApp',
  allowed: appOnly,

  async run(transaction, given: NewApp): Promise<Credentials> {
    const { store, now, emit } = transaction
    const { org, name } = parseAppKey(given.key)
    if (org === 'console')
      throw new Failure(
        'illegal_argument',
        'the organisation "console" is reserved: its paths are those of the console',
      )
    if (await store.apps.findApp(org, name))
      throw new Failure('illegal_argument', `the app ${given.key} exists already`)
    const clientId = given.clientId ?? `YXA6${randomText(16)}`
    const clientSecret = given.clientSecret ?? newSecret()
    const app = {
      org,
      name,
      uuid: crypto.randomUUID(),
      clientId,
      ...secretRecord(clientSecret),
      settings: { ...settingsOfNewApps, ...given.settings },
      createdMs: now,
    }
    const id = await store.apps.addApp(app)
    await setQuotas(transaction, id, defaultSettings, app.settings)
    emit({ type: 'app.changed' })
    return { clientId, clientSecret }
  },
})
