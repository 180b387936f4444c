import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { type Credentials, newSecret, secretRecord } from './credentials.ts'
import { lockedApp } from './locked-app.ts'

/** Gives an app a new secret; the old one and every token issued so far end. */
export const rotateSecret = write({
  id: 'rotateSecret',
  allowed: appOnly,

  async run(transaction, { key }: { key: string }): Promise<Credentials> {
    const { store, emit } = transaction
    const app = await lockedApp(transaction, key)
    const clientSecret = newSecret()
    await store.apps.changeApp({ ...app, ...secretRecord(clientSecret) })
    emit({ type: 'app.changed' })
    return { clientId: app.clientId, clientSecret }
  },
})
