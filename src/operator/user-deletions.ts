import type { Logger } from 'pino'
import { coalesced, every } from '../cluster/every.ts'
import { type Event, theApp } from '../domain/event.ts'
import { isAppGone } from '../domain/failures.ts'
import type { Engine } from '../engine/engine-types.ts'
import type { Publisher } from '../engine/publisher.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'
import { continueDeletion } from '../operations/users/continue-deletion.ts'

interface Given {
  engine: Pick<Engine, 'store' | 'commit'>
  /** What this process commits. */
  committed: Pick<Publisher<Event[]>, 'subscribe'>
  log: Logger
}

/** Chat rooms in one transaction, and deleted users in turn. */
const together = { rooms: 20, users: 100 }

/** How often it looks for what a process that has ended left. */
const lookMs = 5000

/** Goes on with the chat rooms of deleted users that had too many for one transaction. */
export function startUserDeletions({ engine, committed, log }: Given): AsyncDisposable {
  const { store, commit } = engine
  let isStopped = false

  const told = rateLimited((error: unknown, times) =>
    log.warn({ err: error, times }, 'chat rooms of a deleted user could not go; it is tried again'),
  )
  const failed = (error: unknown) => {
    if (!isStopped) told(error)
  }

  async function next(app: number, username: string): Promise<boolean> {
    if (isStopped) return false
    try {
      return await commit(app, theApp, continueDeletion, { username, most: together.rooms })
    } catch (error) {
      if (!isAppGone(error)) failed(error)
      return false
    }
  }

  /** A few rooms of each; returns whether there is more to do. */
  async function round(): Promise<boolean> {
    const begun = performance.now()
    let isMore = false
    for (const { app, username } of await store.deletions.listDeletions(together.users))
      isMore = (await next(app, username)) || isMore
    // Others come first for as long as it took.
    if (isMore) await Bun.sleep(performance.now() - begun)
    return isMore
  }

  const rounds = coalesced(round, failed)
  const end = every(lookMs, rounds.run, failed)
  committed.subscribe((events) => {
    if (events.some((event) => event.type === 'user.changed' && event.roomsLeft !== undefined))
      void rounds.run()
  })

  void rounds.run()

  return {
    async [Symbol.asyncDispose](): Promise<void> {
      isStopped = true
      end()
      await rounds.stop()
    },
  }
}
