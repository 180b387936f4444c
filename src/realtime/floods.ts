import { limits } from '../domain/limits.ts'
import type { Tally } from '../domain/tally.ts'
import type { LiveUser } from './session.ts'

/** Remembers users whose connection was closed for a flood, so that they stay out for a while. */
export const floods = ({ pause, isPaused }: Pick<Tally, 'pause' | 'isPaused'>) => ({
  add: ({ app, username }: LiveUser): void => pause(`flood ${app}/${username}`, limits.floodTime.value),
  has: (app: number, username: string): boolean => isPaused(`flood ${app}/${username}`),
})

export type Floods = ReturnType<typeof floods>
