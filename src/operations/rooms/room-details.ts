import { andThen } from '../../domain/and-then.ts'
import { nextTurn } from '../../domain/next-turn.ts'
import { isRoomId, type RoomDetails, versionOf } from '../../domain/room.ts'
import type { Awaitable } from '../../store/database.ts'
import type { ReadContext } from '../operation.ts'

/** The wire's details of a room, up to its `affiliations`. */
const opening = (room: RoomDetails): string =>
  `{"id":"${room.id}","name":${JSON.stringify(room.name)},"description":${JSON.stringify(room.description)},` +
  `"membersonly":false,"allowinvites":false,"maxusers":${room.maxusers},"owner":"${room.owner}",` +
  `"created":${room.createdMs},"custom":${JSON.stringify(room.custom)},"mute":${room.mute},` +
  `"affiliations_count":${room.memberCount},"affiliations":[`

/** `affiliations` of members, whose user ids need no escaping. */
const memberRows = (usernames: string[]): string => `{"member":"${usernames.join('"},{"member":"')}"}`

/** The rest of a room's details after the rows of `others`; an owner may have left the room that it owns. */
const closing = ({ memberCount, owner }: RoomDetails, others: number): string =>
  `${memberCount > others ? `${others > 0 ? ',' : ''}{"owner":"${owner}"}` : ''}],"public":true}`

function detailsJson(room: RoomDetails): string {
  const others = room.members === '' ? [] : room.members.split(',')
  return opening(room) + (others.length > 0 ? memberRows(others) : '') + closing(room, others.length)
}

/** Characters of user ids that are made into JSON at a time. */
const slice = 4096

/** The same in short pieces. */
function* detailsPieces(room: RoomDetails): Generator<string> {
  const { members } = room
  if (members.length <= slice) return yield detailsJson(room)
  let text = opening(room)
  let others = 0
  for (let from = 0; from < members.length; ) {
    const comma = members.indexOf(',', from + slice)
    const end = comma < 0 ? members.length : comma
    const usernames = members.slice(from, end).split(',')
    yield text + memberRows(usernames)
    text = ','
    others += usernames.length
    from = end + 1
  }
  yield closing(room, others)
}

const unknownRoom = (id: string): string => JSON.stringify({ id, error: "group id doesn't exist" })

/** Most rooms that are read at a time; of large ones it is one. */
const several = 10

/** Characters of user ids from which on a room is large. */
const large = 65_536

/** Characters of rooms from which on a response is streamed. */
const streamed = 262_144

/** After so long other requests get their turn; a large room takes one or two turns. */
const patienceMs = 4

/** Details of several rooms, in order; undefined for an unknown id. */
type Row = [id: string, room: RoomDetails | undefined]

const rowPieces = ([id, room]: Row): Iterable<string> => (room ? detailsPieces(room) : [unknownRoom(id)])

/** Details as JSON text. */
export interface Details {
  json: string | AsyncGenerator<string>
  /** Of one room. */
  version?: string
}

/** Details of one room, and its version; undefined for an unknown id. */
export function detailsOfOne({ app, store }: ReadContext, id: string): Awaitable<Details | undefined> {
  if (!isRoomId(id)) return undefined
  return andThen(
    store.rooms.findDetails(app.id, [id]),
    ([room]) => room && { json: detailsJson(room), version: versionOf(room) },
  )
}

/** Rooms as a caller may see them: a user sees the members of rooms that it is in. */
async function readSome({ app, caller, store }: ReadContext, ids: string[]): Promise<Row[]> {
  const found = await store.rooms.findDetails(app.id, ids.filter(isRoomId))
  const rooms = new Map(found.map((room) => [room.id, room]))
  const joined =
    caller.kind === 'app'
      ? rooms
      : new Set(await store.members.roomsAmong(app.id, [...rooms.keys()], caller.username))
  return ids.map((id) => {
    const room = rooms.get(id)
    return [id, room && !joined.has(id) ? { ...room, members: '' } : room]
  })
}

/** Rooms one after another, as fast as they are taken; others get their turn in between. */
async function* readAll(context: ReadContext, ids: string[]): AsyncGenerator<Row> {
  let turn = performance.now()
  let count = 1
  for (let next = 0; next < ids.length; ) {
    if (performance.now() - turn > patienceMs) {
      await nextTurn()
      turn = performance.now()
    }
    const rows = await readSome(context, ids.slice(next, next + count))
    next += count
    count = rows.some(([, room]) => room && room.members.length > large) ? 1 : several
    yield* rows
  }
}

/**
 * Details of several rooms as a JSON array in the order of the request; an unknown id has an error in its place. Long ones are
 * streamed, as fast as the client reads. Undefined when no id is known.
 */
export async function detailsOfMany(context: ReadContext, ids: string[]): Promise<Details | undefined> {
  const rows = readAll(context, ids)
  const first: string[] = []
  let size = 0
  let isKnown = false
  let row = await rows.next()
  for (; !row.done && size < streamed; row = await rows.next()) {
    isKnown ||= row.value[1] !== undefined
    for (const piece of rowPieces(row.value)) {
      first.push(piece)
      size += piece.length
    }
    first.push(',')
  }
  if (!isKnown) return undefined
  if (row.done) return { json: `[${first.slice(0, -1).join('')}]` }
  const { value } = row
  async function* pieces() {
    yield '['
    yield* first
    yield* rowPieces(value)
    for await (const other of rows) {
      yield ','
      yield* rowPieces(other)
    }
    yield ']'
  }
  return { json: pieces() }
}
