import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import type { AppPath } from '../../api/client.ts'
import { tell, tellProblem } from '../../ui/toast.tsx'
import { roomKey } from './room-feed.ts'

/** Does something to a room, says that it is done or why it is not, and reads the room again. */
export function useSave(app: AppPath, room: string): (run: Promise<unknown>, done?: string) => Promise<void> {
  const { t } = useLingui()
  const queries = useQueryClient()
  return async (run, done = t`Saved`) => {
    try {
      await run
      tell({ title: done, ms: 3000 })
    } catch (error) {
      tellProblem(error)
    }
    await queries.invalidateQueries({ queryKey: roomKey(app, room) })
  }
}
