import type { Logger } from 'pino'
import type { AppDirectory } from '../auth/app-directory.ts'
import type { Config } from '../config.ts'
import type { Engine } from '../engine/engine-types.ts'
import { type Admin, adminOn, startAdmin } from './admin.ts'
import { createMissingApps } from './first-start.ts'
import { startEndingSecrets } from './old-secrets.ts'
import { startPruning } from './prune.ts'

interface Parts {
  engine: Engine
  apps: AppDirectory
  log: Logger
  listener: { url: () => string }
  /** The first thread, where this is another one: that does it. */
  first: unknown
  options: { pruneEveryMs?: number }
}

/** Creates the apps that are configured, lets commands in, and removes what is too old. */
export async function letOperate(
  { engine, apps, log, listener, first, options }: Parts,
  config: Config,
  closing: AsyncDisposableStack,
): Promise<Admin> {
  if (first) return adminOn(engine)
  const admin = adminOn(engine, listener.url)
  await createMissingApps(admin, config.apps, apps.find, log)
  // Another node that starts now may have created them.
  await apps.reload()
  const adminSocket = await startAdmin(admin, engine, config, log)
  closing.defer(() => adminSocket.stop())
  const pruning = startPruning(engine, apps.all, log, options.pruneEveryMs)
  closing.defer(() => pruning.stop())
  closing.defer(startEndingSecrets(engine, apps.all, log))
  return admin
}
