import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { tell, tellProblem } from './toast.tsx'

/** Does something, says that it is done or why it is not, and reads again what it has changed. */
export function useAct(key: readonly unknown[]): (run: Promise<unknown>, done?: string) => Promise<void> {
  const { t } = useLingui()
  const queries = useQueryClient()
  return async (run, done = t`Saved`) => {
    try {
      await run
      tell({ title: done, ms: 3000 })
    } catch (error) {
      tellProblem(error)
    }
    await queries.invalidateQueries({ queryKey: key })
  }
}
