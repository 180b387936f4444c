import { lifecycleOf } from '../../domain/lifecycle.ts'
import type { Transaction } from '../operation.ts'

/** Lets the life of a restored room begin again: it is active now, and an end that has passed is none. */
export async function liveAgain({ app, store, now }: Transaction, id: string): Promise<void> {
  const steadyMs = await store.clock.steadyMs()
  await store.rooms.setActive(app.id, [{ id, activeUs: steadyMs * 1000 }])
  const life = await store.lifecycles.life(app.id, id)
  if (!life) return
  await store.lifecycles.setEmptied(app.id, id, life.memberCount <= 1 ? steadyMs : null)
  const { expiresMs } = lifecycleOf(app.settings, life)
  const isOver = expiresMs !== 0 && expiresMs <= now
  const lifecycle = isOver ? { ...life.lifecycle, expiresMs: 0 } : life.lifecycle
  await store.lifecycles.setLifecycle(app.id, id, lifecycle, lifecycle === null ? null : steadyMs)
}
