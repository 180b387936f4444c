import type { Logger } from 'pino'
import type { AppRecord } from '../domain/app.ts'
import { needsBefore } from '../domain/callbacks/rule.ts'
import type { ReadStore } from '../store/store.ts'
import { beforeSending } from './before-sending.ts'
import { guardedPost } from './guarded-post.ts'

/** The apps of this server, and when they change: a change of rules is one of its app. */
interface Apps {
  all(): Iterable<AppRecord>
  subscribe(onChange: () => void): void
}

const retryMs = 1000

/** Callbacks before sending, with their rules as they are now. */
export async function startBefore(
  store: Pick<ReadStore, 'callbacks'>,
  apps: Apps,
  mayCall: (address: string) => boolean,
  log: Logger,
) {
  const before = beforeSending(store, guardedPost(mayCall))
  let isReading = false
  let isStale = false
  let isStopped = false

  const read = () => before.read([...apps.all()].filter(needsBefore))

  async function readAll(): Promise<void> {
    while (isStale && !isStopped) {
      isStale = false
      try {
        await read()
      } catch (error) {
        log.warn({ err: error }, 'callbacks before sending could not be read; it is tried again')
        isStale = true
        await Bun.sleep(retryMs)
      }
    }
    isReading = false
  }

  await read()
  apps.subscribe(() => {
    isStale = true
    if (isReading) return
    isReading = true
    readAll()
  })
  return Object.assign(before, {
    [Symbol.dispose]() {
      isStopped = true
    },
  })
}
