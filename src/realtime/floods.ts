import { limits } from '../domain/limits.ts'
import type { LiveUser } from './session.ts'

/** Remembers users whose connection was closed for a flood, so that they stay out for a while. */
export function floods() {
  /** Until when (monotonic ms), by app and user. */
  const until = new Map<string, number>()

  return {
    add({ app, username }: LiveUser, at: number): void {
      until.set(`${app}/${username}`, at + limits.floodTime.value)
    },
    has: (app: number, username: string): boolean => until.has(`${app}/${username}`),
    /** Forgets those whose time is over. */
    sweep(at: number): void {
      for (const [user, end] of until) if (end <= at) until.delete(user)
    },
  }
}

export type Floods = ReturnType<typeof floods>
