import { Failure } from '../domain/failure.ts'
import type { Once } from '../domain/retry.ts'
import type { Awaitable } from '../store/database.ts'
import type { Deps } from './deps.ts'

/**
 * Runs what is no transaction once for a key. The key is taken before: where the server dies in between, or fails, nobody
 * knows what was done, and whoever repeats the call is refused instead of served twice.
 */
export async function runOnce(
  { retries }: Pick<Deps, 'retries'>,
  app: number,
  once: Once,
  act: () => Awaitable<unknown>,
): Promise<unknown> {
  const earlier = await retries.take(app, once)
  if (earlier) return earlier.output
  let output: unknown
  try {
    output = await act()
  } catch (error) {
    if (error instanceof Failure && error.status < 500) await retries.release(app, once)
    throw error
  }
  await retries.release(app, once, JSON.stringify(output ?? null))
  return output
}
