import { Failure } from '../failure.ts'
import type { Unit } from '../unit.ts'
import { type AppRecord, hashSecret, parseAppKey } from './app.ts'
import { type AppSettings, defaultSettings } from './settings.ts'

/** An app to create; credentials that are left out are made. */
export interface NewApp {
  key: string
  clientId?: string | undefined
  clientSecret?: string | undefined
  settings?: Partial<AppSettings> | undefined
}

/** Credentials of an app; the only moment at which the secret is known. */
export interface Credentials {
  clientId: string
  clientSecret: string
}

const randomText = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url')

const randomKey = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')

const appMissing = (key: string): Failure =>
  new Failure(
    'organization_application_not_found',
    `there is no app ${key}; create it with "chatroomd app create ${key}"`,
  )

const credentials = (secret: string) => {
  const secretSalt = randomText(12)
  return { secretSalt, secretHash: hashSecret(secretSalt, secret), tokenKey: randomKey() }
}

/** Creates an app. Fails with `illegal_argument` when its key is malformed or taken. */
export async function createApp(unit: Unit, given: NewApp): Promise<Credentials> {
  const { org, name } = parseAppKey(given.key)
  if (await unit.store.apps.findApp(org, name)) {
    throw new Failure('illegal_argument', `the app ${given.key} exists already`)
  }
  const clientId = given.clientId ?? `YXA6${randomText(16)}`
  const clientSecret = given.clientSecret ?? `YXA6${randomText(24)}`
  const app = {
    org,
    name,
    uuid: crypto.randomUUID(),
    clientId,
    ...credentials(clientSecret),
    settings: { ...defaultSettings, ...given.settings },
    created: unit.now,
  }
  const id = await unit.store.apps.addApp(app)
  await setQuotas(unit, id, defaultSettings, app.settings)
  unit.emit({ type: 'app.changed' })
  return { clientId, clientSecret }
}

async function setQuotas(
  { store }: Unit,
  app: number,
  before: AppSettings,
  after: AppSettings,
): Promise<void> {
  for (const kind of ['rooms', 'users'] as const) {
    if (after[kind] !== before[kind]) await store.quotas.setQuota(app, kind, after[kind])
  }
}

async function heldApp(unit: Unit, key: string): Promise<AppRecord> {
  const { org, name } = parseAppKey(key)
  const app = await unit.store.apps.holdApp(org, name)
  if (!app) throw appMissing(key)
  return app
}

/** Changes settings of an app; those not named stay. */
export async function changeApp(unit: Unit, key: string, change: Partial<AppSettings>): Promise<AppSettings> {
  const app = await heldApp(unit, key)
  const settings = { ...app.settings, ...change }
  await unit.store.apps.changeApp({ ...app, settings })
  await setQuotas(unit, app.id, app.settings, settings)
  unit.emit({ type: 'app.changed' })
  return settings
}

/** Gives an app a new secret; the old one and every token issued so far end. */
export async function rotateSecret(unit: Unit, key: string): Promise<Credentials> {
  const app = await heldApp(unit, key)
  const clientSecret = `YXA6${randomText(24)}`
  await unit.store.apps.changeApp({ ...app, ...credentials(clientSecret) })
  unit.emit({ type: 'app.changed' })
  return { clientId: app.clientId, clientSecret }
}
