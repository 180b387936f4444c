import { limits } from '../domain/limits.ts'
import type { HeardFigures, NodeFigures } from '../domain/node-figures.ts'
import { minuteMs } from '../domain/time.ts'
import type { Bus } from './bus.ts'
import { every } from './every.ts'

/** How often a node publishes its figures. */
const everyMs = 3000

/** How long a node that publishes nothing is still shown, as lost. */
const shownMs = 10 * minuteMs

interface Given {
  bus: Pick<Bus, 'send'>
  /** Of this node. */
  own(): Promise<NodeFigures>
  /** Calls for what other nodes publish; undefined of one that stops. */
  subscribe(heard: (id: string, figures: NodeFigures | undefined) => void): void
  failed(error: unknown): void
}

/** Publishes the figures of this node, and remembers those of the others. Stop it at the end. */
export function sharedFigures({ bus, own, subscribe, failed }: Given) {
  const others = new Map<string, { figures: NodeFigures; atMs: number }>()
  let id = ''
  let isStopped = false

  subscribe((from, figures) => {
    others.delete(from)
    if (figures) others.set(from, { figures, atMs: performance.now() })
    const [oldest] = others.keys()
    if (oldest !== undefined && others.size > limits.nodes.value) others.delete(oldest)
  })

  async function publish(): Promise<void> {
    const figures = await own()
    id = figures.id
    if (!isStopped) bus.send({ node: { id, figures } })
  }

  const stop = every(everyMs, publish, failed)
  publish().catch(failed)

  /** Of one that has published lately, `is_lost` is false. */
  function remembered(): HeardFigures[] {
    const found: HeardFigures[] = []
    for (const [from, { figures, atMs }] of others) {
      const ageMs = performance.now() - atMs
      if (ageMs > shownMs) others.delete(from)
      else
        found.push({
          ...figures,
          heard_seconds_ago: Math.floor(ageMs / 1000),
          is_lost: ageMs > limits.nodeSilence.value,
        })
    }
    return found.sort((a, b) => (a.node < b.node ? -1 : 1))
  }

  return {
    /** Of every node, this one first. */
    async all(): Promise<HeardFigures[]> {
      return [{ ...(await own()), heard_seconds_ago: 0, is_lost: false }, ...remembered()]
    },
    stop(): void {
      isStopped = true
      stop()
      if (id !== '') bus.send({ node: { id } })
    },
  }
}
