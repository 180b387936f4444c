import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { newSecret, secretRecord } from './credentials.ts'
import { lockedApp } from './locked-app.ts'

/** Rows that are removed in one transaction: few enough that no write waits for it. */
const removedTogether = 500

/** Ends every token and session of an app that is to be deleted, and lets nobody in without one; returns its number. */
export const closeApp = write({
  id: 'closeApp',
  allowed: appOnly,

  async run(transaction, { key }: { key: string }): Promise<number> {
    const { store, emit } = transaction
    const app = await lockedApp(transaction, key)
    await store.apps.changeSecrets(app.id, { ...secretRecord(newSecret()), previous: null })
    await store.apps.changeApp({
      ...app,
      settings: { ...app.settings, openRegistration: false, agoraCertificate: '' },
    })
    emit({ type: 'app.changed' })
    return app.id
  },
})

/** Removes some of what is stored for a closed app, and at last the app; returns whether that is done. */
export const deleteApp = write({
  id: 'deleteApp',
  allowed: appOnly,

  async run({ store, emit }, { app }: { app: number }): Promise<boolean> {
    if ((await store.apps.removeRows(app, removedTogether)) > 0) return false
    await store.apps.removeApp(app)
    emit({ type: 'app.changed' })
    return true
  },
})
