import { rereading } from '../cluster/rereading.ts'
import type { AppRecord } from '../domain/app.ts'
import { needsBefore } from '../domain/callbacks/rule.ts'
import type { Tally } from '../domain/tally.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { ReadStore } from '../store/store.ts'
import { beforeSending } from './before-sending.ts'
import { guardedPost, tracedPost } from './guarded-post.ts'

/** The apps of this server, and when they change: a change of rules is one of its app. */
interface Apps {
  all(): Iterable<AppRecord>
  subscribe(onChange: () => void): void
}

/** Callbacks before sending, with their rules as they are now. */
export async function startBefore(
  { store }: { store: Pick<ReadStore, 'callbacks'> },
  apps: Apps,
  mayCall: (address: string) => boolean,
  failed: (error: unknown) => void,
  tally: Tally,
  tracer?: Tracer,
) {
  const before = beforeSending(store, tracedPost(guardedPost(mayCall), tracer), tally)
  const read = () => before.read([...apps.all()].filter(needsBefore))
  const { changed, stop } = rereading(read, failed)

  await read()
  apps.subscribe(changed)
  return Object.assign(before, {
    [Symbol.dispose]() {
      stop()
    },
  })
}
