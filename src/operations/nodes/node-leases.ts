import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'

/** Nodes that one store can have: their numbers are part of message ids. */
const mostNodes = limits.nodes.value

/** For how long a node's number is its own, and for how long its users may be gone. */
export interface Terms {
  leaseMs: number
  graceMs: number
  /** No other node can have the store: whatever nodes it knows of when one starts have died. */
  alone?: boolean
}

/** Gives a starting node a number that no living node has. Fails when there are 64. */
export const startNode = write({
  id: 'startNode',
  allowed: appOnly,

  async run(transaction, { process, terms }: { process: string; terms: Terms }) {
    const { store } = transaction
    const now = await store.clock.steadyMs()
    await endNodes(transaction, terms.graceMs, terms.alone ? Number.MAX_SAFE_INTEGER : now)
    // Nobody could be active while there was no node.
    if (!(await store.presence.hasNodes())) await store.lifecycles.interrupt(now)
    for (let node = 0; node < mostNodes; node += 1) {
      if (await store.presence.takeNode(node, process, now + terms.leaseMs)) return { node }
    }
    throw new Error(`there are ${mostNodes} nodes already`)
  },
})

/**
 * Renews a node's lease, and ends nodes that no longer do: their users are offline from now on. `isOurs` is false when
 * this node itself was ended, because it did not renew in time.
 */
export const renewNode = write({
  id: 'renewNode',
  allowed: appOnly,

  async run(transaction, { node, process, terms }: { node: number; process: string; terms: Terms }) {
    const { store } = transaction
    const now = await store.clock.steadyMs()
    const isOurs = await store.presence.renewNode(node, process, now + terms.leaseMs)
    await endNodes(transaction, terms.graceMs, now)
    return { isOurs }
  },
})

/** Ends nodes whose lease is over by `untilMs`. */
async function endNodes({ store }: Transaction, graceMs: number, untilMs: number): Promise<void> {
  const now = await store.clock.steadyMs()
  const expired = await store.presence.expiredNodes(untilMs)
  for (const node of expired) await store.presence.removeNode(node, now + graceMs)
  // It may have known of activity that it had not stored.
  if (expired.length > 0) await store.lifecycles.interrupt(now)
}

/** Ends a node that stops: its users may come back within `graceMs`. */
export const stopNode = write({
  id: 'stopNode',
  allowed: appOnly,
  run: async ({ store }, { node, graceMs }: { node: number; graceMs: number }) =>
    store.presence.removeNode(node, (await store.clock.steadyMs()) + graceMs),
})
