import type { Tally } from './tally.ts'

/** Requests for readiness that are closer together count as one: whatever starts a server asks until it is there. */
const apartMs = 1000
/** What asks twice within this time goes on asking. */
const againMs = 60_000

/** Whether load balancers ask again and again if the server is ready, of whatever thread: they need time to notice that it stops. */
export const readinessPolls = ({ pause, isPaused }: Pick<Tally, 'pause' | 'isPaused'>) => ({
  /** Somebody has asked. */
  asked(): void {
    if (isPaused('readiness: asked just now')) return
    if (isPaused('readiness: asked lately')) pause('readiness: asked again', againMs)
    pause('readiness: asked lately', againMs)
    pause('readiness: asked just now', apartMs)
  },
  goOn: (): boolean => isPaused('readiness: asked again'),
})

export type ReadinessPolls = ReturnType<typeof readinessPolls>
