import { foreverMs } from '../../domain/mute.ts'
import { type CallRest, RestError, type Returned } from '../rest.ts'

/** A chat room as the REST API shows it. What an app is not allowed to read is undefined, and is not compared. */
export interface RoomState {
  name: string
  description: string
  maxusers: number
  custom: string
  owner: string
  /** An owner may have left the room that it owns. */
  ownerIsIn: boolean
  /** Without the owner. */
  members: Set<string>
  isMuted: boolean
  admins: Set<string> | undefined
  blocked: Set<string> | undefined
  /** Without the owner and the admins, who are on it anyway. */
  allowed: Set<string> | undefined
  /** For how many more ms; -1 = for ever. */
  mutes: Map<string, number> | undefined
  announcement: string | undefined
  attributes: Map<string, string> | undefined
}

type Details = Record<string, unknown>

const rowsOf = <T>(value: unknown): T[] => (Array.isArray(value) ? value : [value]) as T[]

/** Details of rooms by id; those that are gone are missing. */
export async function readDetails(call: CallRest, ids: string[]): Promise<Map<string, Details>> {
  try {
    const { data } = await call('GET', `/chatrooms/${ids.map(encodeURIComponent).join(',')}`)
    const known = rowsOf<Details>(data).filter((room) => room.owner !== undefined)
    return new Map(known.map((room) => [String(room.id), room]))
  } catch (error) {
    if (!(error instanceof RestError) || error.status !== 404) throw error
    // One that is gone may hide the others.
    const each = ids.length === 1 ? [] : await Promise.all(ids.map((id) => readDetails(call, [id])))
    return new Map(each.flatMap((found) => [...found]))
  }
}

const membersPage = 1000

async function listMembers(call: CallRest, room: string): Promise<string[]> {
  const members: string[] = []
  for (let cursor = ''; ; ) {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const path = `/chatrooms/${room}/users?version=v3&sort=asc&limit=${membersPage}${from}`
    const page = await call('GET', path)
    members.push(...rowsOf<string>(page.data))
    if (!page.cursor) return members
    cursor = String(page.cursor)
  }
}

/** Who is in a room: as its details say, or, where these do not name all of them, as its list does. */
async function membersOf(call: CallRest, room: string, details: Details) {
  const rows = rowsOf<{ owner?: string; member?: string }>(details.affiliations ?? [])
  const all = rows.length === Number(details.affiliations_count)
  return {
    ownerIsIn: rows.some(({ owner }) => owner !== undefined),
    members: new Set(
      all ? rows.flatMap(({ member }) => member ?? []) : await listMembers(call, encodeURIComponent(room)),
    ),
  }
}

/** What a plan of the hosted service does not include is refused with 403: it stays as it is. */
async function ifAllowed<T>(
  reading: Promise<Returned>,
  read: (returned: Returned) => T,
): Promise<T | undefined> {
  try {
    return read(await reading)
  } catch (error) {
    if (error instanceof RestError && error.status === 403) return undefined
    throw error
  }
}

const namesIn = ({ data }: Returned): Set<string> => new Set(rowsOf<string>(data ?? []))

/** An end that no mute with an end has. */
const isForever = (expire: number, now: number): boolean => expire < 0 || expire - now > (foreverMs - now) / 2

/** Time left by the clock of whoever is asked. */
function mutesIn({ data, timestamp }: Returned): Map<string, number> {
  const now = Number(timestamp)
  const rows = rowsOf<{ user: string; expire: number }>(data ?? [])
  const left = rows.map(({ user, expire }): [string, number] => [
    user,
    isForever(expire, now) ? -1 : expire - now,
  ])
  return new Map(left.filter(([, ms]) => ms === -1 || ms > 0))
}

/** Reads the rest of a room whose details are known. */
export async function readRoom(call: CallRest, id: string, details: Details): Promise<RoomState> {
  const path = `/chatrooms/${encodeURIComponent(id)}`
  const [who, admins, blocked, allowed, mutes, announcement, attributes] = await Promise.all([
    membersOf(call, id, details),
    ifAllowed(call('GET', `${path}/admin`), namesIn),
    ifAllowed(call('GET', `${path}/blocks/users`), namesIn),
    ifAllowed(call('GET', `${path}/white/users`), namesIn),
    ifAllowed(call('GET', `${path}/mute`), mutesIn),
    ifAllowed(call('GET', `${path}/announcement`), ({ data }) =>
      String((data as { announcement?: string } | undefined)?.announcement ?? ''),
    ),
    ifAllowed(
      call('POST', `/metadata/chatroom/${encodeURIComponent(id)}`, {}),
      ({ data }) => new Map(Object.entries((data ?? {}) as Record<string, string>)),
    ),
  ])
  const owner = String(details.owner)
  const above = new Set([owner, ...(admins ?? [])])
  return {
    name: String(details.name ?? ''),
    description: String(details.description ?? ''),
    maxusers: Number(details.maxusers),
    custom: String(details.custom ?? ''),
    owner,
    ...who,
    isMuted: details.mute === true,
    admins,
    blocked,
    allowed: allowed && new Set([...allowed].filter((user) => !above.has(user))),
    mutes,
    announcement,
    attributes,
  }
}
