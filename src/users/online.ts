import { limits } from '../limits.ts'
import { takeOut } from '../rooms/members.ts'
import type { Unit } from '../unit.ts'

/** Nodes that one store can have: their numbers are part of message ids. */
const mostNodes = limits.nodes.value

/** Milliseconds: for how long a node's number is its own, and for how long its users may be gone. */
export interface Terms {
  lease: number
  grace: number
  /** No other node can have the store: whatever nodes it knows of when one starts have died. */
  alone?: boolean
}

/** Gives a starting node a number that no living node has. Fails when there are 64. */
export async function startNode(
  unit: Unit,
  process: string,
  { lease, grace, alone }: Terms,
): Promise<{ node: number }> {
  const { store, now } = unit
  await endNodes(unit, grace, alone ? Number.MAX_SAFE_INTEGER : now)
  for (let node = 0; node < mostNodes; node += 1) {
    if (await store.presence.takeNode(node, process, now + lease)) return { node }
  }
  throw new Error(`there are ${mostNodes} nodes already`)
}

/**
 * Renews a node's number, and ends nodes that no longer do: their users are offline from now on. `isOurs` is false
 * when this node itself was ended, because it did not renew in time.
 */
export async function renewNode(
  unit: Unit,
  node: number,
  process: string,
  { lease, grace }: Terms,
): Promise<{ isOurs: boolean }> {
  const { store, now } = unit
  const isOurs = await store.presence.renewNode(node, process, now + lease)
  await endNodes(unit, grace, now)
  return { isOurs }
}

/** Ends nodes whose lease is over by `time` (Unix ms). */
async function endNodes({ store, now }: Unit, grace: number, time: number): Promise<void> {
  for (const node of await store.presence.expiredNodes(time))
    await store.presence.removeNode(node, now + grace)
}

/** Ends a node that stops: its users may come back within `grace` milliseconds. */
export async function stopNode({ store, now }: Unit, node: number, grace: number): Promise<void> {
  await store.presence.removeNode(node, now + grace)
}

/** Notes that users have connected to a node. */
export async function arrive({ app, store }: Unit, usernames: string[], node: number): Promise<void> {
  await store.presence.arrive(app.id, usernames, node)
}

/** Notes that users have lost their last connection to a node: they leave their rooms after `grace` milliseconds. */
export async function depart(
  { app, store, now }: Unit,
  usernames: string[],
  node: number,
  grace: number,
): Promise<void> {
  await store.presence.depart(app.id, usernames, node, now + grace)
}

/**
 * Takes users whose time has come, and who are connected nowhere, out of their rooms (management page: members go
 * when they are offline). Whoever owns a room or is on its allow list stays in that room.
 */
export async function leaveOffline(unit: Unit, usernames: string[]): Promise<void> {
  const { app, store } = unit
  const gone = await store.presence.takeDue(app.id, usernames, unit.now)
  if (gone.length === 0) return
  const leaving = new Map<string, string[]>()
  for (const { room, username } of await store.members.roomsToLeave(app.id, gone)) {
    leaving.set(room, [...(leaving.get(room) ?? []), username])
  }
  for (const [id, members] of leaving) {
    const room = await store.rooms.holdRoom(app.id, id)
    if (!room) continue
    const memberCount = await takeOut(unit, room, members)
    unit.emit({ type: 'member.left', usernames: members, memberCount }, id)
  }
}

/** Ends a user's connections, on whatever node they are (account system: forcing a user offline). */
export async function disconnectUser(unit: Unit, username: string): Promise<void> {
  unit.emit({ type: 'user.changed', username, change: 'disconnected' })
}
