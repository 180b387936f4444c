import { nextTurn } from '../domain/next-turn.ts'
import { hasName, type RoomFilter, type RoomPlan, type RoomSort } from '../domain/room-filter.ts'
import { type Awaitable, byIndex, type Database, type Param } from './database.ts'
import type { ListedRoom } from './room-rows.ts'

/** A room and where it stands in the order that was asked for. */
export interface FoundRoom extends ListedRoom {
  key: string | number
}

/** Where a page begins: after this room. */
export interface FoundPosition {
  key: string | number
  id: string
}

/** Some rooms of an index, in its order: those that are meant, and where the next begin; undefined at the end. */
interface WalkedRooms {
  ids: string[]
  next: FoundPosition | undefined
}

export interface RoomSearch {
  /** At most `limit` rooms of the index of a plan are read, however many of them are meant. */
  walkRooms(app: number, plan: RoomPlan, limit: number, position?: FoundPosition): Promise<WalkedRooms>
  /** How many rooms the index of a plan holds; counting stops at `most`. */
  countIndexed(app: number, plan: RoomPlan, most: number): Promise<number>
  /** How many rooms a plan finds. */
  countFound(app: number, plan: RoomPlan): Promise<number>
  /** At most `limit` rooms that a plan finds, from after `position` on. */
  findRooms(app: number, plan: RoomPlan, limit: number, position?: FoundPosition): Promise<FoundRoom[]>
}

/** Names are compared while nothing else waits: this many at a time. */
const slice = 1000

/** Statements grow by their conditions; their parameters with them. */
class Statement {
  readonly params: Param[]
  private conditions: string[] = []

  constructor(app: number) {
    this.params = [app]
  }

  param(value: Param): string {
    this.params.push(value)
    return `?${this.params.length}`
  }

  and(condition: (param: string) => string, value: Param | undefined): void {
    if (value !== undefined) this.conditions.push(condition(this.param(value)))
  }

  /** Conditions that `add` adds, apart from those before. */
  rest(add: () => void): string {
    const before = this.conditions
    this.conditions = []
    add()
    const rest = this.where
    this.conditions = before
    return rest
  }

  get where(): string {
    return this.conditions.map((condition) => `and ${condition}`).join(' ')
  }
}

/** The first microsecond of a millisecond, as far as numbers are exact. */
const firstUs = (ms: number): number => Math.min(ms, 9e12) * 1000

const keys = (sqlite: boolean): Record<RoomSort, string> => ({
  created: 'r.created',
  members: 'r.member_count',
  activity: 'r.active',
  name: sqlite ? 'r.name' : 'r.name collate "C"',
  joined: 'm.joined',
})

const sources = (db: Database): Record<RoomPlan['index'], string> => ({
  created: `rooms r ${byIndex(db, 'rooms_by_created')} where r.app = ?1`,
  activity: `rooms r ${byIndex(db, 'rooms_by_active')} where r.app = ?1`,
  owner: `rooms r ${byIndex(db, 'rooms_by_owner')} where r.app = ?1`,
  member: `members m ${byIndex(db, 'members_by_user')} cross join rooms r
    where m.app = ?1 and r.app = ?1 and r.id = m.room`,
})

function created(statement: Statement, { createdAfter, createdBefore }: RoomFilter): void {
  statement.and(
    (p) => `r.created >= ${p}`,
    createdAfter === undefined ? undefined : firstUs(createdAfter + 1),
  )
  statement.and((p) => `r.created < ${p}`, createdBefore === undefined ? undefined : firstUs(createdBefore))
}

/** What an index answers by itself. */
function indexed(app: number, { index, filter }: RoomPlan): Statement {
  const statement = new Statement(app)
  if (index === 'member') statement.and((p) => `m.username = ${p}`, filter.member)
  if (index === 'owner') statement.and((p) => `r.owner = ${p}`, filter.owner)
  if (index === 'created' || index === 'owner') created(statement, filter)
  return statement
}

/** All conditions but the name, which no database compares as we do. */
function conditionsOf(app: number, plan: RoomPlan, sqlite: boolean): Statement {
  const statement = indexed(app, plan)
  addConditions(statement, plan, sqlite)
  return statement
}

/** What the index of a plan does not answer. */
function addConditions(statement: Statement, { index, filter }: RoomPlan, sqlite: boolean): void {
  if (index !== 'owner') statement.and((p) => `r.owner = ${p}`, filter.owner)
  if (index === 'member') created(statement, filter)
  statement.and((p) => `r.member_count >= ${p}`, filter.membersMin)
  statement.and((p) => `r.member_count <= ${p}`, filter.membersMax)
  statement.and((p) => `${sqlite ? 'instr' : 'strpos'}(r.custom, ${p}) > 0`, filter.custom)
}

type Read = (app: number, plan: RoomPlan, limit: number, position?: FoundPosition) => Awaitable<FoundRoom[]>

/** Reads rooms of an index in its order, and of each whether it meets the other conditions; the name is not looked at. */
const walker = (db: Database) => {
  const sqlite = db.dialect === 'sqlite'
  const keyOf = keys(sqlite)
  const sourceOf = sources(db)
  return (app: number, plan: RoomPlan, limit: number, position?: FoundPosition) => {
    const { index, sort } = plan
    const key = keyOf[sort]
    const id = sort === 'joined' ? 'm.room' : 'r.id'
    const statement = indexed(app, plan)
    const range = statement.where
    const meets = statement.rest(() => addConditions(statement, plan, sqlite))
    const after = position
      ? `and (${key}, ${id}) > (${statement.param(position.key)}, ${statement.param(position.id)})`
      : ''
    return db.all<FoundRoom & { meets: number }>(
      `select r.id, r.name, ${key} as key, case when 1 = 1 ${meets} then 1 else 0 end as meets
       from ${sourceOf[index]} ${range} ${after} order by ${key}, ${id} limit ${statement.param(limit)}`,
      ...statement.params,
    )
  }
}

/** Reads rooms without a look at names. */
const reader = (db: Database): Read => {
  const sqlite = db.dialect === 'sqlite'
  const keyOf = keys(sqlite)
  const sourceOf = sources(db)
  return (app, plan, limit, position) => {
    const { index, sort, ascending } = plan
    const key = keyOf[sort]
    const id = sort === 'joined' ? 'm.room' : 'r.id'
    const statement = conditionsOf(app, plan, sqlite)
    const after = position
      ? `and (${key}, ${id}) ${ascending ? '>' : '<'} (${statement.param(position.key)}, ${statement.param(position.id)})`
      : ''
    const direction = ascending ? 'asc' : 'desc'
    return db.all<FoundRoom>(
      `select r.id, r.name, r.owner, r.member_count as "memberCount", r.disabled, r.created as "createdUs", ${key} as key
       from ${sourceOf[index]} ${statement.where} ${after}
       order by ${key} ${direction}, ${id} ${direction} limit ${statement.param(limit)}`,
      ...statement.params,
    )
  }
}

/** What a plan finds, in slices. */
async function* slicesOf(
  read: Read,
  app: number,
  plan: RoomPlan,
  position?: FoundPosition,
): AsyncGenerator<FoundRoom[]> {
  let from = position
  for (;;) {
    const rooms = await read(app, plan, slice, from)
    yield rooms.filter(({ name }) => hasName(plan.filter, name))
    from = rooms.at(-1)
    if (rooms.length < slice) return
    await nextTurn()
  }
}

/** Finds rooms in the table `rooms` by conditions; names are compared here, not by the database. */
export function roomSearch(db: Database): RoomSearch {
  const sourceOf = sources(db)
  const read = reader(db)
  const walk = walker(db)

  return {
    async walkRooms(app, plan, limit, position) {
      const rooms = await walk(app, plan, limit, position)
      const ids = rooms
        .filter(({ meets, name }) => meets === 1 && hasName(plan.filter, name))
        .map(({ id }) => id)
      return { ids, next: rooms.length < limit ? undefined : rooms.at(-1) }
    },

    async countIndexed(app, plan, most) {
      const statement = indexed(app, plan)
      const source =
        plan.index === 'member'
          ? `members m ${byIndex(db, 'members_by_user')} where m.app = ?1`
          : sourceOf[plan.index]
      const row = await db.get<{ total: number }>(
        `select count(*) as total from (
           select 1 from ${source} ${statement.where} limit ${statement.param(most)}) as counted`,
        ...statement.params,
      )
      return row?.total ?? 0
    },

    async countFound(app, plan) {
      if (plan.filter.name === undefined) {
        const statement = conditionsOf(app, plan, db.dialect === 'sqlite')
        const row = await db.get<{ total: number }>(
          `select count(*) as total from ${sourceOf[plan.index]} ${statement.where}`,
          ...statement.params,
        )
        return row?.total ?? 0
      }
      let total = 0
      for await (const rooms of slicesOf(read, app, plan)) total += rooms.length
      return total
    },

    async findRooms(app, plan, limit, position) {
      if (plan.filter.name === undefined) return read(app, plan, limit, position)
      const page: FoundRoom[] = []
      for await (const rooms of slicesOf(read, app, plan, position)) {
        page.push(...rooms)
        if (page.length >= limit) break
      }
      return page.slice(0, limit)
    },
  }
}
