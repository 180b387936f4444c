import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { tell, tellProblem, undoMs } from '../../ui/toast.tsx'
import { roomKey } from './room-feed.ts'

/** What can be done to a user of a room, each with a reason that goes into the audit trail. */
export interface Moderation {
  mute(user: string, ms: number, reason?: string): Promise<void>
  unmute(user: string): Promise<void>
  kick(user: string, reason?: string): Promise<void>
  ban(user: string, ms: number, reason?: string): Promise<void>
  unban(user: string): Promise<void>
  setAdmin(user: string, isAdmin: boolean): Promise<void>
  /** Waits until it cannot be undone any more: a message that is gone does not come back. */
  deleteMessage(id: string, onState: (state: Deletion) => void, reason?: string): void
  deleteMessagesOf(user: string, reason?: string): Promise<void>
}

/** How far the deletion of a message is; `kept` where it was undone or refused. */
export type Deletion = 'waiting' | 'kept' | 'gone'

export const forEver = -1

const why = (reason: string | undefined) => (reason ? { reason } : {})

/** The calls, without words. */
function callsOf(app: AppPath, room: string) {
  const path = { ...app, chatroom_id: room }
  const of = (username: string, reason?: string) => ({
    params: { path: { ...path, username }, query: why(reason) },
  })
  const at = { params: { path } }
  return {
    mute: (user: string, ms: number, reason?: string) =>
      call(
        api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/mute', {
          ...at,
          body: { usernames: [user], mute_duration: ms, ...why(reason) },
        }),
      ),
    unmute: (user: string) =>
      call(api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/mute/{username}', of(user))),
    remove: (user: string, reason?: string) =>
      call(api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/users/{username}', of(user, reason))),
    add: (user: string) =>
      call(api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/users/{username}', of(user))),
    ban: (user: string, ms: number, reason?: string) =>
      call(
        api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/bans', {
          ...at,
          body: { usernames: [user], ban_duration: ms, ...why(reason) },
        }),
      ),
    unban: (user: string) =>
      call(api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/blocks/users/{username}', of(user))),
    addAdmin: (user: string) =>
      call(
        api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/admin', { ...at, body: { newadmin: user } }),
      ),
    removeAdmin: (user: string) =>
      call(api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/admin/{username}', of(user))),
    deleteMessage: (id: string, reason?: string) =>
      call(
        api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/messages/{message_id}', {
          params: { path: { ...path, message_id: id }, query: why(reason) },
          keepalive: true,
        }),
      ),
    deleteMessagesOf: (user: string, reason?: string) =>
      call(
        api.DELETE(
          '/{org_name}/{app_name}/chatrooms/{chatroom_id}/users/{username}/messages',
          of(user, reason),
        ),
      ),
  }
}

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
    const again = () => queries.invalidateQueries({ queryKey: roomKey({ org_name, app_name }, room) })

    async function act(
      done: string,
      run: () => Promise<unknown>,
      undo?: () => Promise<unknown>,
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
      unmute: (user) => act(t`${user} may speak again`, () => calls.unmute(user)),
      kick: (user, reason) =>
        act(
          t`${user} was removed from the room`,
          () => calls.remove(user, reason),
          mayAdd ? () => calls.add(user) : undefined,
        ),
      ban: (user, ms, reason) =>
        act(
          t`${user} is banned`,
          () => calls.ban(user, ms, reason),
          async () => {
            await calls.unban(user)
            if (mayAdd) await calls.add(user)
          },
        ),
      unban: (user) => act(t`${user} may come back`, () => calls.unban(user)),
      setAdmin: (user, isAdmin) =>
        act(
          isAdmin ? t`${user} is an admin now` : t`${user} is an ordinary member now`,
          () => (isAdmin ? calls.addAdmin(user) : calls.removeAdmin(user)),
          () => (isAdmin ? calls.removeAdmin(user) : calls.addAdmin(user)),
        ),
      deleteMessagesOf: (user, reason) =>
        act(t`The latest messages of ${user} were deleted`, () => calls.deleteMessagesOf(user, reason)),

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
