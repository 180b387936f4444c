import type { AppRecord } from '../../domain/app.ts'
import type { Caller } from '../../domain/event.ts'

const MiB = 1024 * 1024

/** Whose space an upload takes, and how much there is of it. */
export const attachmentSender = ({ id, settings }: AppRecord, caller: Caller) => ({
  app: id,
  username: caller.kind === 'user' ? caller.username : undefined,
  appSpace: settings.fileSpace * MiB,
  userSpace: settings.userFileSpace * MiB,
})
