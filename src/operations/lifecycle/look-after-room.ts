import { type EndReason, lifecycleOf, type Moment, nextStep } from '../../domain/lifecycle.ts'
import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'
import { removeRoom } from '../rooms/dissolve-room.ts'

/** What was done with a room. */
export type LookedAfter = { kind: 'dissolved'; reason: EndReason } | { kind: 'warned' | 'kept' | 'gone' }

/** Does what the life of a room asks for at a moment: warns its members, dissolves it, or looks at it later. */
export const lookAfterRoom = write({
  id: 'lookAfterRoom',
  allowed: appOnly,
  auditedAs: () => 'dissolveRoom',

  async run(transaction, { room: id, moment }: { room: string; moment: Moment }): Promise<LookedAfter> {
    const { app, store, emit } = transaction
    const room = await store.rooms.lockRoom(app.id, id)
    const life = room && (await store.lifecycles.life(app.id, id))
    if (!life) return { kind: 'gone' }
    if (life.emptiedMs !== null && !(await isEmpty(transaction, id, room))) {
      await store.lifecycles.setEmptied(app.id, id, null)
      life.emptiedMs = null
    }
    const step = nextStep(lifecycleOf(app.settings, life), life, moment)
    if (step.kind === 'dissolve') {
      await removeRoom(transaction, room, step.reason)
      return { kind: 'dissolved', reason: step.reason }
    }
    if (step.kind === 'warn') {
      await store.lifecycles.setDue(app.id, id, step.dueMs, step.endMs)
      emit({ type: 'room.expiring', reason: step.reason, dissolvesAt: step.endMs }, id)
      return { kind: 'warned' }
    }
    if (step.dueMs !== life.dueMs) await store.lifecycles.setDue(app.id, id, step.dueMs, life.warnedMs)
    return { kind: 'kept' }
  },
})

/** Whether nobody but its owner is in a room. */
async function isEmpty(
  { app, store }: Transaction,
  id: string,
  { memberCount, owner }: { memberCount: number; owner: string },
): Promise<boolean> {
  if (memberCount > 1) return false
  return memberCount === 0 || (await store.rooms.isMember(app.id, id, owner))
}
