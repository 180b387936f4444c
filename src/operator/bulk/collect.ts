import type { BulkItem, BulkJob, BulkListed } from '../../domain/bulk.ts'
import { limits } from '../../domain/limits.ts'
import { planOf } from '../../domain/room-filter.ts'
import type { FoundPosition } from '../../store/room-search.ts'
import type { ReadStore } from '../../store/store.ts'

/** Rooms of an index that are read at a time, and items that are written down in one transaction. */
const slice = 500

type Source = Pick<BulkItem, 'room' | 'name' | 'draft' | 'digest'>

/** Rooms that meet the filter of a job and were there when it began, in an order that rooms to come do not change. */
async function* found(
  store: ReadStore,
  app: number,
  { given, createdMs }: BulkJob,
): AsyncGenerator<string[]> {
  const { filter = {} } = given
  const createdBefore = Math.min(filter.createdBefore ?? createdMs + 1, createdMs + 1)
  const sort = filter.member === undefined ? 'created' : 'joined'
  const plan = planOf({ filter: { ...filter, createdBefore }, sort, ascending: true })
  let position: FoundPosition | undefined
  do {
    const { ids, next } = await store.rooms.walkRooms(app, plan, slice, position)
    yield ids
    position = next
    await Bun.sleep(1)
  } while (position)
}

async function* ofDryRun(store: ReadStore, app: number, id: string): AsyncGenerator<Source[]> {
  let after = 0
  for (;;) {
    const items = await store.bulk.listItems(app, id, after, slice)
    yield items
    if (items.length < slice) return
    after = items.at(-1)?.seq ?? after
  }
}

/** The rooms of a dry run, as long as the same meet its filter now; ends with `undefined` where others do. */
async function* confirmed(store: ReadStore, app: number, job: BulkJob): AsyncGenerator<Source[] | undefined> {
  const now = job.given.filter ? found(store, app, job) : undefined
  let waiting: string[] = []
  /** Fills up to `count` rooms that meet the filter. */
  const fill = async (count: number): Promise<void> => {
    while (now && waiting.length < count) {
      const { value, done } = await now.next()
      if (done) return
      waiting.push(...value)
    }
  }
  for await (const items of ofDryRun(store, app, job.basedOn)) {
    await fill(items.length + 1)
    if (now && items.some(({ room }, place) => waiting[place] !== room)) return yield undefined
    waiting = waiting.slice(items.length)
    yield items
  }
  if (now && waiting.length > 0) yield undefined
}

const isWhole = (listed: BulkListed): listed is { rooms: string[] } => 'rooms' in listed

const plain = { name: '', draft: '', digest: '' }

async function* sources(store: ReadStore, app: number, job: BulkJob): AsyncGenerator<Source[] | undefined> {
  if (job.basedOn !== '') return yield* confirmed(store, app, job)
  if (job.given.filter) {
    for await (const ids of found(store, app, job)) yield ids.map((room) => ({ room, ...plain }))
    return
  }
  const listed = JSON.parse(await store.bulk.listed(app, job.id)) as BulkListed
  const all = isWhole(listed)
    ? listed.rooms.map((room) => ({ room, ...plain }))
    : listed.drafts.map((draft) => ({ ...plain, room: '', name: draft.name, draft: JSON.stringify(draft) }))
  for (let from = 0; from < all.length; from += slice) yield all.slice(from, from + slice)
}

const unsettled = { outcome: 'pending', word: '', error: '', members: 0, messages: 0 } as const

/** Writes down which rooms a job is about; returns why it cannot be done, or nothing. */
export async function collect(
  store: ReadStore,
  app: number,
  job: BulkJob,
  write: (items: BulkItem[]) => Promise<boolean>,
  isMine: () => boolean,
): Promise<string> {
  let seq = 0
  for await (const some of sources(store, app, job)) {
    if (!isMine()) return ''
    if (some === undefined) return 'the chat rooms that are meant have changed since the dry run'
    const most = limits.bulkRooms.value
    if (seq + some.length > most) return `these are more than ${most} chat rooms`
    if (some.length === 0) continue
    const items = some.map(({ room, name, draft, digest }) => ({
      ...unsettled,
      seq: ++seq,
      room,
      name,
      draft,
      digest,
      usernames: [],
    }))
    // Another process has the job: it writes them down.
    if (!(await write(items))) return ''
  }
  return ''
}
