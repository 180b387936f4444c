import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { AppPath } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { tell, tellProblem, undoMs } from '../../ui/toast.tsx'
import { callsOf } from './moderation-calls.ts'
import { roomKey } from './room-feed.ts'
import { adminsQuery, mutedQuery } from './room-queries.ts'

/** What can be done to a user of a room, each with a reason that goes into the audit trail. */
export interface Moderation {
  mute(user: string, ms: number, reason?: string): Promise<void>
  unmute(user: string): Promise<void>
  kick(user: string, reason?: string): Promise<void>
  ban(user: string, ms: number, reason?: string): Promise<void>
  unban(user: string, reason?: string): Promise<void>
  setAdmin(user: string, isAdmin: boolean): Promise<void>
  /** Waits until it cannot be undone any more: a message that is gone does not come back. */
  deleteMessage(id: string, onState: (state: Deletion) => void, reason?: string): void
  /** Of the last minutes. */
  deleteMessagesOf(user: string, minutes: number, reason?: string): Promise<void>
}

/** How far the deletion of a message is; `kept` where it was undone or refused. */
export type Deletion = 'waiting' | 'kept' | 'gone'

export const forEver = -1

/** Moderates a room: what was done is said, and can be undone for ten seconds. */
export function useModeration(app: AppPath, room: string): Moderation {
  const { t } = useLingui()
  const queries = useQueryClient()
  const mayAdd = useMay()('admin')
  const deleting = useRef(new Map<string, () => void>())
  const { org_name, app_name } = app
  const calls = useMemo(() => callsOf({ org_name, app_name }, room), [org_name, app_name, room])

  useEffect(() => {
    const waiting = deleting.current
    function deleteAll(): void {
      for (const now of [...waiting.values()]) now()
    }
    addEventListener('pagehide', deleteAll)
    return () => {
      removeEventListener('pagehide', deleteAll)
      deleteAll()
    }
  }, [])

  return useMemo(() => {
    const own = { org_name, app_name }
    const again = () => queries.invalidateQueries({ queryKey: roomKey(own, room) })

    const wasAdmin = async (user: string): Promise<boolean> =>
      (await queries.ensureQueryData(adminsQuery(own, room))).includes(user)

    /** Mutes outlast leaving; a place among the admins does not. */
    async function bringBack(user: string, isAdmin: boolean): Promise<void> {
      await calls.add(user)
      if (isAdmin) await calls.addAdmin(user)
    }

    const notBack = t`Undo brings back the role too, but not the place on the allow list and attributes.`

    async function act(
      done: string,
      run: () => Promise<unknown>,
      undo?: () => Promise<unknown>,
      detail?: string,
    ): Promise<void> {
      try {
        await run()
      } catch (error) {
        tellProblem(error)
        return
      } finally {
        await again()
      }
      tell({
        title: done,
        ...(detail ? { detail } : {}),
        ms: undo ? undoMs : 4000,
        ...(undo ? { action: { text: t`Undo`, run: () => void act(t`Undone`, undo) } } : {}),
      })
    }

    return {
      mute: (user, ms, reason) =>
        act(
          ms === forEver ? t`${user} is muted for ever` : t`${user} is muted`,
          () => calls.mute(user, ms, reason),
          () => calls.unmute(user),
        ),
      async unmute(user) {
        const muted = await queries.ensureQueryData(mutedQuery(own, room))
        const end = muted.find((each) => each.user === user)?.expire
        await act(
          t`${user} may speak again`,
          () => calls.unmute(user),
          end === undefined ? undefined : () => calls.muteUntil(user, end),
        )
      },
      async kick(user, reason) {
        const isAdmin = await wasAdmin(user)
        await act(
          t`${user} was removed from the room`,
          () => calls.remove(user, reason),
          mayAdd ? () => bringBack(user, isAdmin) : undefined,
          mayAdd ? notBack : t`Only an administrator of the server can bring them back.`,
        )
      },
      async ban(user, ms, reason) {
        const isAdmin = await wasAdmin(user)
        await act(
          t`${user} is banned`,
          () => calls.ban(user, ms, reason),
          async () => {
            await calls.unban(user)
            if (mayAdd) await bringBack(user, isAdmin)
          },
          mayAdd ? notBack : t`Undo lifts the ban; they join again by themselves.`,
        )
      },
      unban: (user, reason) => act(t`${user} may come back`, () => calls.unban(user, reason)),
      setAdmin: (user, isAdmin) =>
        act(
          isAdmin ? t`${user} is an admin now` : t`${user} is an ordinary member now`,
          () => (isAdmin ? calls.addAdmin(user) : calls.removeAdmin(user)),
          () => (isAdmin ? calls.removeAdmin(user) : calls.addAdmin(user)),
        ),
      deleteMessagesOf: (user, minutes, reason) =>
        act(t`The latest messages of ${user} were deleted`, () =>
          calls.deleteMessagesOf(user, minutes, reason),
        ),

      deleteMessage(id, onState, reason) {
        if (deleting.current.has(id)) return
        onState('waiting')
        function forget(): void {
          clearTimeout(timer)
          deleting.current.delete(id)
        }
        function now(): void {
          forget()
          close()
          calls.deleteMessage(id, reason).then(
            () => onState('gone'),
            (error) => {
              onState('kept')
              tellProblem(error)
            },
          )
        }
        function keep(): void {
          forget()
          onState('kept')
        }
        const timer = setTimeout(now, undoMs)
        const close = tell({
          title: t`The message will be deleted`,
          detail: t`In ten seconds, or when you leave this page.`,
          ms: undoMs,
          action: { text: t`Undo`, run: keep },
        })
        deleting.current.set(id, now)
      },
    }
  }, [calls, queries, org_name, app_name, room, t, mayAdd])
}
