import { listPages } from './listing.ts'
import { changesOf } from './room-changes.ts'
import { type RoomState, readDetails, readRoom } from './room-state.ts'
import { apply, type Sides } from './sides.ts'
import type { Listed } from './state.ts'
import { GaveUp } from './steady.ts'
import { copyLateUsers, isGone } from './users.ts'

/** Lists the rooms of the hosted service. */
export async function listRooms({ there, state, report, signal }: Sides): Promise<void> {
  const place = state.place('rooms')
  if (place !== null)
    for await (const { page, next } of listPages(there, 'rooms', place)) {
      signal.throwIfAborted()
      state.addPage('rooms', page, next)
      report.counts.roomsListed = state.count('rooms')
      report.progress()
    }
  report.counts.roomsListed = state.count('rooms')
}

/** Creates a room without its members; one that was dissolved here a while ago still has its id, and is restored. */
async function create(sides: Sides, id: string, from: RoomState): Promise<boolean> {
  const { here, report, isDiff } = sides
  const { name, description, maxusers, owner, custom } = from
  const body = { roomid: id, name, description, maxusers, owner, ...(custom === '' ? {} : { custom }) }
  const room = `room ${id}`
  report.difference(room, { does: 'create', method: 'POST', path: '/chatrooms', body })
  if (isDiff) return false
  try {
    await here('POST', '/chatrooms', body)
    return true
  } catch (error) {
    const isRestored = await here('POST', `/chatrooms/${encodeURIComponent(id)}/restore`).catch(
      () => undefined,
    )
    if (isRestored) return true
    report.problem(room, `create: ${(error as Error).message}`)
    return false
  }
}

const everybodyIn = ({ owner, members, blocked, mutes }: RoomState): Set<string> =>
  new Set([owner, ...members, ...(blocked ?? []), ...(mutes?.keys() ?? [])])

async function copyRoom(
  sides: Sides,
  { id, isOff }: Listed,
  details: Record<string, unknown>,
): Promise<void> {
  const { there, here, state } = sides
  const from = await readRoom(there, id, details)
  await copyLateUsers(sides, everybodyIn(from))
  if (!(await readDetails(here, [id])).has(id) && !(await create(sides, id, from))) return
  const disabled = { from: isOff, to: state.here('rooms', id)?.isOff ?? false }
  // Twice: what goes with a member or a role, or was hidden by it, shows when that is done.
  for (let time = 0; time < 2; time += 1) {
    const found = (await readDetails(here, [id])).get(id)
    if (!found) return
    const changes = changesOf(id, from, await readRoom(here, id, found), disabled)
    let isDone = changes.length > 0 && !sides.isDiff
    for (const change of changes) isDone = (await apply(sides, `room ${id}`, change)) && isDone
    if (!isDone) break
    disabled.to = isOff
  }
  if (!sides.isDiff) state.addHere('rooms', [{ id, nickname: null, isOff }])
}

/** Rooms that are read at a time; their calls are paced all the same. */
const atATime = 20

/** Fails when none of several rooms could be read: then nothing answers. */
async function copySome(sides: Sides, rooms: Listed[]): Promise<void> {
  const { there, state, report, signal } = sides
  const details = await readDetails(
    there,
    rooms.map(({ id }) => id),
  )
  let gaveUp: GaveUp | undefined
  const copied = await Promise.all(
    rooms.map(async (room) => {
      const found = details.get(room.id)
      try {
        // One that is gone is dissolved here by the next pass, which does not find it in the list.
        if (found) await copyRoom(sides, room, found)
        state.setDone(room.id)
        report.counts.rooms += 1
        return true
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof GaveUp) gaveUp = error
        report.problem(`room ${room.id}`, (error as Error).message)
        return false
      }
    }),
  )
  if (gaveUp && !copied.includes(true)) throw gaveUp
}

/** Compares the rooms that this pass has not compared yet, and ends the differences. */
export async function copyRooms(sides: Sides): Promise<void> {
  const { state, report, signal } = sides
  for (let after = ''; ; ) {
    signal.throwIfAborted()
    const rooms = state.roomsLeft(after, atATime)
    const last = rooms.at(-1)
    if (!last) return
    await copySome(sides, rooms)
    report.progress()
    after = last.id
  }
}

/** Dissolves rooms that were copied and are gone there. */
export async function dissolveRooms(sides: Sides): Promise<void> {
  const { there, state, signal } = sides
  for (const id of state.gone('rooms')) {
    signal.throwIfAborted()
    const path = `/chatrooms/${encodeURIComponent(id)}`
    if (!(await isGone(() => there('GET', path)))) continue
    const isHere = state.here('rooms', id) !== undefined
    if (!isHere || (await apply(sides, `room ${id}`, { does: 'dissolve', method: 'DELETE', path })))
      state.forget('rooms', id)
  }
}
