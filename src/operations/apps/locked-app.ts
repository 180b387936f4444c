import { type AppRecord, parseAppKey } from '../../domain/app.ts'
import type { AppSettings } from '../../domain/app-settings.ts'
import { Failure } from '../../domain/failure.ts'
import type { Transaction } from '../operation.ts'

/** An app, locked until the transaction ends. Fails when there is none with this key. */
export async function lockedApp({ store }: Transaction, key: string): Promise<AppRecord> {
  const { org, name } = parseAppKey(key)
  const app = await store.apps.lockApp(org, name)
  if (app) return app
  throw new Failure(
    'organization_application_not_found',
    `there is no app ${key}; create it with "chatroomd app create ${key}"`,
  )
}

/** Brings the app's quotas from one set of settings to another. */
export async function setQuotas(
  { store }: Transaction,
  app: number,
  before: AppSettings,
  after: AppSettings,
): Promise<void> {
  for (const kind of ['rooms', 'users'] as const) {
    if (after[kind] !== before[kind]) await store.quotas.setQuota(app, kind, after[kind])
  }
}
