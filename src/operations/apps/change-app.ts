import type { AppSettings } from '../../domain/app-settings.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { lockedApp, setQuotas } from './locked-app.ts'

/** Changes settings of an app; those not named stay. Returns all of them. */
export const changeApp = write({
  id: 'changeApp',
  allowed: appOnly,

  async run(transaction, { key, change }: { key: string; change: Partial<AppSettings> }) {
    const { store, emit } = transaction
    const app = await lockedApp(transaction, key)
    const settings = { ...app.settings, ...change }
    await store.apps.changeApp({ ...app, settings })
    if (app.settings.auditDays === 0 && settings.auditDays > 0)
      await store.events.beginLog(app.id, transaction.tick())
    await setQuotas(transaction, app.id, app.settings, settings)
    emit({ type: 'app.changed' })
    return settings
  },
})
