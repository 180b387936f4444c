import type { AppRecord } from '../../domain/app.ts'
import { type Caller, theApp } from '../../domain/event.ts'
import { Failure } from '../../domain/failure.ts'
import { MiB } from '../../domain/limits/limit.ts'
import { quotaOf } from '../../domain/quota.ts'
import { appOnly } from '../allowed.ts'
import { type ActionContext, write } from '../operation.ts'
import { warnOfQuotas } from '../quotas/warn-of-quotas.ts'

/** Whose space an upload takes, and how much there is of it; `taken` is what its shares have, of which to warn. */
export function attachmentSender({ id, settings }: AppRecord, caller: Caller) {
  const taken = new Map<'fileSpace' | 'userFileSpace', number>()
  return {
    app: id,
    username: caller.kind === 'user' ? caller.username : undefined,
    appSpace: settings.fileSpace * MiB,
    userSpace: settings.userFileSpace * MiB,
    nearly: (quota: 'fileSpace' | 'userFileSpace', usedBytes: number) => void taken.set(quota, usedBytes),
    taken,
  }
}

/** Warns that the space of a user is nearly taken. */
export const warnOfSpace = write({
  id: 'warnOfSpace',
  allowed: appOnly,
  async run({ emit }, { username, limit, used }: { username: string; limit: number; used: number }) {
    emit({ type: 'quota.warning', quota: 'userFileSpace', unit: 'bytes', limit, used, username })
  },
})

/** Warns of space that an upload has nearly taken. The upload is stored, whatever becomes of the warning. */
export async function warnOfUpload(
  { app, services: { commit } }: ActionContext,
  { username, appSpace, userSpace, taken }: ReturnType<typeof attachmentSender>,
): Promise<void> {
  const [ofApp, ofUser] = [taken.get('fileSpace'), taken.get('userFileSpace')]
  try {
    if (ofApp !== undefined) {
      const nearly = [quotaOf('app', 'fileSpace', appSpace, ofApp, 'bytes')]
      await commit(app.id, theApp, warnOfQuotas, { nearly, others: [] })
    }
    if (ofUser !== undefined && username !== undefined)
      await commit(app.id, theApp, warnOfSpace, { username, limit: userSpace, used: ofUser })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}
