import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { tell, tellProblem, undoMs } from './toast.tsx'

/** What is done, what is said of it, and what undoes it. */
type Act = (run: Promise<unknown>, done?: string, undo?: () => Promise<unknown>) => Promise<void>

/**
 * Does something, says that it is done or why it is not, and reads again what it has changed. What can be undone can be
 * for ten seconds.
 */
export function useAct(key: readonly unknown[]): Act {
  const { t } = useLingui()
  const queries = useQueryClient()
  const act: Act = async (run, done = t`Saved`, undo) => {
    try {
      await run
      tell({
        title: done,
        ms: undo ? undoMs : 3000,
        ...(undo ? { action: { text: t`Undo`, run: () => void act(undo(), t`Undone`) } } : {}),
      })
    } catch (error) {
      tellProblem(error)
    }
    await queries.invalidateQueries({ queryKey: key })
  }
  return act
}
