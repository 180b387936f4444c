import type { Failure } from '../domain/failure.ts'
import { busy, tooManyLogins } from '../domain/failures.ts'

/** The caller is gone; the text is for the log. */
const abandonedCall = busy('nobody waits for the answer', {
  en: 'the caller has closed the connection',
  zh: '调用方已断开连接',
})

/** Who requests work: turns go round the apps, and round the sources of an app. */
export interface Asker {
  app: number
  /** The address of the caller; empty for the app itself, which has no limit of its own. */
  source: string
  /** The user that it is about. */
  name: string
  /** Aborted when nobody waits for the result any more. */
  signal: AbortSignal
}

/** The work of one call: it is done whole, or what is left of it leaves the queue. */
interface Ticket {
  asker: Asker
  works: (() => Promise<void>)[]
  end(error: Failure): void
}

type Source = Set<Ticket>

interface Ceilings {
  /** Most pieces of work that run at once. */
  running: number
  /** Most pieces of work that wait. */
  waiting: number
  /** Most of one address that wait. */
  ofAddress: number
  /** Most of one address for one user that wait. */
  ofName: number
}

const sizeOf = (source: Iterable<Ticket> = []): number => {
  let size = 0
  for (const { works } of source) size += works.length
  return size
}

const sizeOfApp = (sources: Map<string, Source> | undefined): number => {
  let size = 0
  for (const source of sources?.values() ?? []) size += sizeOf(source)
  return size
}

/** The largest of some queues. */
function largest<T>(queues: Iterable<T>, size: (queue: T) => number): T | undefined {
  let found: T | undefined
  for (const queue of queues) if (found === undefined || size(queue) > size(found)) found = queue
  return found
}

/** Tickets by app and source; each app, and each source of an app, has its turn after all others had theirs. */
function turnQueue() {
  const apps = new Map<number, Map<string, Source>>()
  let waiting = 0

  function enter(ticket: Ticket): void {
    const { app, source } = ticket.asker
    const sources = apps.get(app) ?? new Map<string, Source>()
    const tickets = sources.get(source) ?? new Set<Ticket>()
    apps.set(app, sources)
    sources.set(source, tickets)
    tickets.add(ticket)
    waiting += ticket.works.length
  }

  function leave(ticket: Ticket): void {
    const { app, source } = ticket.asker
    const sources = apps.get(app)
    const tickets = sources?.get(source)
    if (!tickets?.delete(ticket)) return
    waiting -= ticket.works.length
    ticket.works = []
    if (tickets.size === 0) sources?.delete(source)
    if (sources?.size === 0) apps.delete(app)
  }

  /** Takes the work whose turn it is; its app, and its address within the app, go to the end. */
  function next(): (() => Promise<void>) | undefined {
    for (const [app, sources] of apps) {
      for (const [source, tickets] of sources) {
        for (const ticket of tickets) {
          const work = ticket.works.shift()
          waiting -= 1
          sources.delete(source)
          sources.set(source, tickets)
          apps.delete(app)
          apps.set(app, sources)
          if (ticket.works.length === 0) leave(ticket)
          return work
        }
      }
    }
    return undefined
  }

  return {
    enter,
    leave,
    next,
    size: () => waiting,
    apps: () => apps.values(),
    of: (app: number) => apps.get(app),
  }
}

/**
 * Does expensive work in fair turns. When too much waits, what came last from whoever has most waiting is refused, so that a
 * flood of one app or address locks nobody else out.
 */
export function fairTurns(ceilings: Ceilings) {
  const queue = turnQueue()
  let free = ceilings.running

  function run(): void {
    while (free > 0) {
      const work = queue.next()
      if (!work) return
      free -= 1
      work().finally(() => {
        free += 1
        run()
      })
    }
  }

  /** Whether an asker may queue this much more, whatever others do. */
  function isWithin({ app, source, name }: Asker, more: number): boolean {
    if (more > ceilings.waiting) return false
    if (source === '') return true
    const mine = [...(queue.of(app)?.get(source) ?? [])]
    const same = mine.filter(({ asker }) => asker.name === name)
    return sizeOf(mine) + more <= ceilings.ofAddress && sizeOf(same) + more <= ceilings.ofName
  }

  /** Makes space by refusing what came last from whoever has more waiting than this asker then would. */
  function makeSpace({ app, source }: Asker, more: number): boolean {
    while (queue.size() + more > ceilings.waiting) {
      const busiest = largest(queue.apps(), sizeOfApp)
      const mine = queue.of(app)
      if (busiest !== mine && sizeOfApp(busiest) <= sizeOfApp(mine) + more) return false
      const tickets = largest(busiest?.values() ?? [], sizeOf)
      if (busiest === mine && sizeOf(tickets) <= sizeOf(mine?.get(source)) + more) return false
      ;[...(tickets ?? [])].at(-1)?.end(tooManyLogins())
    }
    return true
  }

  /** Does several pieces of work for an asker, in its turns. Fails with 503 when too many wait, and when nobody waits for it any more. */
  return <T>(asker: Asker, works: (() => Promise<T>)[]): Promise<T[]> =>
    new Promise((resolve, reject) => {
      const results: T[] = []
      let left = works.length
      const abandoned = () => ticket.end(abandonedCall())
      const ended = () => asker.signal.removeEventListener('abort', abandoned)
      const ticket: Ticket = {
        asker,
        works: works.map((work, index) => async () => {
          try {
            results[index] = await work()
            left -= 1
            if (left > 0) return
            ended()
            resolve(results)
          } catch (error) {
            queue.leave(ticket)
            ended()
            reject(error)
          }
        }),
        end(error) {
          queue.leave(ticket)
          ended()
          reject(error)
        },
      }
      if (left === 0) return resolve(results)
      if (asker.signal.aborted) return abandoned()
      if (free < left && !(isWithin(asker, left) && makeSpace(asker, left))) return reject(tooManyLogins())
      asker.signal.addEventListener('abort', abandoned)
      queue.enter(ticket)
      run()
    })
}
