import type { Caller } from '../events.ts'
import { Failure } from '../failure.ts'
import { isRoomId, limits, type RoomDetails, roomNotFound } from '../rooms/room.ts'
import type { Deps } from './deps.ts'
import { type Call, success, successInPieces } from './envelope.ts'

/** The wire's details of a room: `affiliations` hold only user ids, which need no escaping. */
function detailsJson(room: RoomDetails): string {
  const rows = room.members.length > 0 ? [`{"member":"${room.members.join('"},{"member":"')}"}`] : []
  // An owner may have left the room that it owns.
  if (room.memberCount > room.members.length) rows.push(`{"owner":"${room.owner}"}`)
  return (
    `{"id":"${room.id}","name":${JSON.stringify(room.name)},"description":${JSON.stringify(room.description)},` +
    `"membersonly":false,"allowinvites":false,"maxusers":${room.maxusers},"owner":"${room.owner}",` +
    `"created":${room.created},"custom":${JSON.stringify(room.custom)},"mute":${room.mute},` +
    `"affiliations_count":${room.memberCount},"affiliations":[${rows.join(',')}],"public":true}`
  )
}

/** Details as somebody who is not in the room may see them: without its members. */
function withoutMembers(json: string): string {
  const details = JSON.parse(json)
  return JSON.stringify({ ...details, affiliations: [{ owner: details.owner }] })
}

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

/** Rooms that are read at a time. */
const piece = 10

/** Characters of details from which on an answer is streamed. */
const streamedFrom = 262_144

/** Details as they are answered: JSON text. */
export function detailsOf({ store }: Deps) {
  /** One room; undefined for an unknown id. */
  async function one(app: number, id: string): Promise<string | undefined> {
    if (!isRoomId(id)) return undefined
    const [room] = await store.rooms.findDetails(app, [id])
    return room && detailsJson(room)
  }

  /** Some rooms by id, as a caller may see them: a user sees the members of rooms that it is in. */
  async function some(caller: Caller, app: number, ids: string[]): Promise<Map<string, string>> {
    const rooms = await store.rooms.findDetails(app, ids.filter(isRoomId))
    const found = new Map(rooms.map((room) => [room.id, detailsJson(room)]))
    if (caller.kind === 'app') return found
    const joined = new Set(await store.members.roomsAmong(app, [...found.keys()], caller.username))
    for (const [id, json] of found) if (!joined.has(id)) found.set(id, withoutMembers(json))
    return found
  }

  /**
   * Several rooms in the asked order; an unknown id has an error in its place. Long answers are streamed piece by
   * piece, as fast as the client reads. Fails with `service_resource_not_found` when no id is known.
   */
  async function several(
    call: Call,
    segment: string,
    ids: string[],
    params: URLSearchParams,
    caller: Caller,
  ): Promise<Response> {
    const extras = { params, count: ids.length }
    const rows: string[] = []
    let known = 0
    let size = 0
    let next = 0
    async function readPiece(): Promise<string[]> {
      const asked = ids.slice(next, next + piece)
      const found = await some(caller, call.app.id, asked)
      next += piece
      known += found.size
      return asked.map((id) => found.get(id) ?? unknownRoom(id))
    }
    while (next < ids.length && size < streamedFrom) {
      for (const row of await readPiece()) {
        rows.push(row)
        size += row.length
      }
    }
    if (known === 0) throw roomNotFound(segment)
    if (next >= ids.length) return success(call, `[${rows.join(',')}]`, extras)
    return successInPieces(call, extras, async function* () {
      yield `[${rows.join(',')}`
      rows.length = 0
      while (next < ids.length) for (const row of await readPiece()) yield `,${row}`
      yield ']'
    })
  }

  return { one, several }
}
