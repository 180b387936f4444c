import type { Logger } from 'pino'
import type { AppDirectory } from '../auth/app-directory.ts'
import type { AppRecord } from '../domain/app.ts'
import { theApp } from '../domain/event.ts'
import { MiB } from '../domain/limits/limit.ts'
import { limits } from '../domain/limits.ts'
import { isNearlyUsed, type Quota, quotaOf } from '../domain/quota.ts'
import type { Engine } from '../engine/engine-types.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'
import { warnOfQuotas } from '../operations/quotas/warn-of-quotas.ts'
import type { Attachments } from '../store/attachments.ts'

interface Given {
  engine: Pick<Engine, 'kind' | 'store' | 'commit'>
  apps: Pick<AppDirectory, 'all'>
  attachments: Pick<Attachments, 'usedBy'>
  log: Logger
  /** How often quotas are looked at. */
  everyMs?: number | undefined
}

/**
 * Looks at the quotas of all apps now and then, which costs the calls that use them nothing, and warns of those that are
 * nearly used. Where several nodes look, the first one's transaction warns.
 */
export function startQuotaWarnings({ engine, apps, attachments, log, everyMs = 10_000 }: Given): Disposable {
  const { store, commit, kind } = engine
  let isStopped = false

  function quotasOf(app: AppRecord, remaining: Map<string, number>, lists: Map<string, number>): Quota[] {
    const { settings, id } = app
    const quotas: Quota[] = []
    for (const name of ['rooms', 'users'] as const) {
      const left = remaining.get(`${id} ${name}`)
      const limit = settings[name]
      if (limit !== null && left !== undefined) quotas.push(quotaOf('app', name, limit, limit - left))
    }
    for (const name of ['callbacks', 'keywordLists'] as const)
      quotas.push(quotaOf('app', name, limits[name].value, lists.get(`${id} ${name}`) ?? 0))
    // Nodes may have files of their own, and would contradict each other.
    if (kind === 'sqlite')
      quotas.push(quotaOf('app', 'fileSpace', settings.fileSpace * MiB, attachments.usedBy(id), 'bytes'))
    return quotas
  }

  async function look(): Promise<void> {
    const all = await store.quotas.remainingOfAll()
    const remaining = new Map(all.map(({ app, kind, total }) => [`${app} ${kind}`, total]))
    const counted = await store.quotas.listsOfAll()
    const lists = new Map(counted.map(({ app, quota, used }) => [`${app} ${quota}`, used]))
    const warned = Map.groupBy(await store.quotas.warnings(), ({ app }) => app)
    for (const app of apps.all()) {
      const known = new Set(warned.get(app.id)?.map(({ quota }) => quota))
      const nearly = quotasOf(app, remaining, lists).filter(isNearlyUsed)
      const names = new Set(nearly.map(({ quota }) => quota))
      const more = nearly.filter(({ quota }) => !known.has(quota))
      const others = [...known].filter((quota) => !names.has(quota))
      if (more.length + others.length > 0)
        await commit(app.id, theApp, warnOfQuotas, { nearly: more, others })
    }
  }

  const failed = rateLimited((error: unknown, times) =>
    log.warn({ err: error, times }, 'quotas could not be looked at; it is retried'),
  )

  async function round(): Promise<void> {
    await look().catch(failed)
    if (!isStopped) timer = setTimeout(round, everyMs)
  }

  let timer = setTimeout(round, everyMs)
  return {
    [Symbol.dispose]() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
