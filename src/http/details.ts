import type { Caller } from '../events.ts'
import { Failure } from '../failure.ts'
import { isRoomId, limits, type RoomDetails, roomNotFound } from '../rooms/room.ts'
import type { Deps } from './deps.ts'
import { type Call, success, successInPieces } from './envelope.ts'

/** Characters of user ids that are made into JSON at a time. */
const slice = 4096

/** `affiliations` of members, whose user ids need no escaping. Answers, in the end, how many there are. */
function* memberRows({ members }: RoomDetails): Generator<string, number> {
  let count = 0
  let from = 0
  while (from < members.length) {
    const end = from + slice < members.length ? members.indexOf(',', from + slice) : -1
    const usernames = members.slice(from, end < 0 ? undefined : end).split(',')
    yield `${from > 0 ? ',' : ''}{"member":"${usernames.join('"},{"member":"')}"}`
    count += usernames.length
    from = end < 0 ? members.length : end + 1
  }
  return count
}

/** The wire's details of a room, in pieces. */
function* detailsPieces(room: RoomDetails): Generator<string> {
  yield `{"id":"${room.id}","name":${JSON.stringify(room.name)},"description":${JSON.stringify(room.description)},` +
    `"membersonly":false,"allowinvites":false,"maxusers":${room.maxusers},"owner":"${room.owner}",` +
    `"created":${room.created},"custom":${JSON.stringify(room.custom)},"mute":${room.mute},` +
    `"affiliations_count":${room.memberCount},"affiliations":[`
  const others = yield* memberRows(room)
  // An owner may have left the room that it owns.
  if (room.memberCount > others) yield `${others > 0 ? ',' : ''}{"owner":"${room.owner}"}`
  yield '],"public":true}'
}

const detailsJson = (room: RoomDetails): string => [...detailsPieces(room)].join('')

/** The asked-for ids, each once, in order. Fails over 100. */
export function askedIds(segment: string): string[] {
  if (!segment.includes(',')) return [segment]
  const ids = [...new Set(segment.split(',').filter((id) => id !== ''))]
  if (ids.length > limits.details) {
    throw new Failure('invalid_parameter', `at most ${limits.details} chatroom ids can be queried at once`)
  }
  return ids
}

const unknownRoom = (id: string): string => JSON.stringify({ id, error: "group id doesn't exist" })

/** Most rooms that are read at a time; of large ones it is one. */
const several = 10

/** Characters of user ids from which on a room is large. */
const large = 65_536

/** Characters of rooms from which on an answer is streamed. */
const streamed = 262_144

/** Milliseconds after which others get their turn; a large room takes one or two. */
const patience = 4

/** What is asked for of several rooms, in order; undefined for an unknown id. */
type Row = [id: string, room: RoomDetails | undefined]

const rowPieces = ([id, room]: Row): Iterable<string> => (room ? detailsPieces(room) : [unknownRoom(id)])

/** Details as they are answered: JSON text. */
export function detailsOf({ store }: Deps) {
  /** One room; undefined for an unknown id. */
  async function one(app: number, id: string): Promise<string | undefined> {
    if (!isRoomId(id)) return undefined
    const [room] = await store.rooms.findDetails(app, [id])
    return room && detailsJson(room)
  }

  /** Rooms as a caller may see them: a user sees the members of rooms that it is in. */
  async function readSome(caller: Caller, app: number, ids: string[]): Promise<Row[]> {
    const found = await store.rooms.findDetails(app, ids.filter(isRoomId))
    const rooms = new Map(found.map((room) => [room.id, room]))
    const joined =
      caller.kind === 'app'
        ? rooms
        : new Set(await store.members.roomsAmong(app, [...rooms.keys()], caller.username))
    return ids.map((id) => {
      const room = rooms.get(id)
      return [id, room && !joined.has(id) ? { ...room, members: '' } : room]
    })
  }

  /** Rooms one after another, as fast as they are taken; others get their turn in between. */
  async function* readAll(caller: Caller, app: number, ids: string[]): AsyncGenerator<Row> {
    let turn = performance.now()
    let count = 1
    for (let next = 0; next < ids.length; ) {
      if (performance.now() - turn > patience) {
        await new Promise((begin) => setImmediate(begin))
        turn = performance.now()
      }
      const rows = await readSome(caller, app, ids.slice(next, next + count))
      next += count
      count = rows.some(([, room]) => room && room.members.length > large) ? 1 : several
      yield* rows
    }
  }

  /**
   * Several rooms in the asked order; an unknown id has an error in its place. Long answers are streamed, as fast as
   * the client reads. Fails with `service_resource_not_found` when no id is known.
   */
  async function many(
    call: Call,
    segment: string,
    ids: string[],
    params: URLSearchParams,
    caller: Caller,
  ): Promise<Response> {
    const extras = { params, count: ids.length }
    const rows = readAll(caller, call.app.id, ids)
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
    if (!isKnown) throw roomNotFound(segment)
    if (row.done) return success(call, `[${first.slice(0, -1).join('')}]`, extras)
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
    return successInPieces(call, extras, pieces())
  }

  return { one, many }
}
