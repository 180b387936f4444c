import { rereading } from '../cluster/rereading.ts'
import { type AppKeywords, buildMatcher, type Matcher } from '../domain/keywords/matcher.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import type { KeywordPlace } from '../store/keywords.ts'
import type { ReadStore } from '../store/store.ts'
import type { Parts } from './parts.ts'

/** Words that are read at once, and milliseconds for which the work on them goes on without a pause. */
const page = 1000
const sliceMs = 2
/** Changes are gathered for `gatherMs`; a poll finds changes whose event was missed. */
const gatherMs = 100
const pollMs = 3000

async function* wordsOf(store: Pick<ReadStore, 'keywords'>, app: number) {
  let after: KeywordPlace | undefined
  for (;;) {
    const words = await store.keywords.allKeywords(app, page, after)
    yield words
    after = words.at(-1)
    if (words.length < page) return
  }
}

/** Lets others go first where work has gone on for some time. */
function slices(): () => undefined | Promise<void> {
  let since = performance.now()
  return () => {
    if (performance.now() - since < sliceMs) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now()
        resolve()
      }),
    )
  }
}

/** The keyword lists of all apps, read when they change. `isAlone`: no other process changes them. */
export async function keywordLists({ store, log }: Pick<Parts, 'store' | 'log'>, isAlone = false) {
  const apps = new Map<number, AppKeywords>()
  const versions = new Map<number, string>()

  function of(app: number): AppKeywords {
    let known = apps.get(app)
    if (!known) {
      known = { matcher: undefined }
      apps.set(app, known)
    }
    return known
  }

  async function build(app: number): Promise<Matcher | undefined> {
    const lists = await store.keywords.keywordLists(app)
    return lists.length === 0 ? undefined : buildMatcher(lists, wordsOf(store, app), slices())
  }

  /** Builds anew what has changed; what is in use stays until the new one is ready. */
  async function refresh(): Promise<void> {
    const current = new Map(
      (await store.keywords.keywordVersions()).map(({ app, version }) => [app, version]),
    )
    for (const app of new Set([...versions.keys(), ...current.keys()])) {
      const version = current.get(app)
      if (versions.get(app) === version) continue
      of(app).matcher = await build(app)
      if (version === undefined) versions.delete(app)
      else versions.set(app, version)
    }
  }

  const failed = rateLimitedLog(log, 'keyword lists could not be read; it is retried')
  const { changed, stop } = rereading(refresh, failed, gatherMs)

  await refresh()
  const timer = isAlone ? undefined : setInterval(changed, pollMs)

  return {
    of,
    /** Lists were changed, or may have been: they are read again, soon. */
    changed,
    async stop(): Promise<void> {
      clearInterval(timer)
      await stop()
    },
  }
}
