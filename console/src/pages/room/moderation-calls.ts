import { type AppPath, api, call } from '../../api/client.ts'
import { isForEver } from '../../ui/time.tsx'

const why = (reason: string | undefined) => (reason ? { reason } : {})

/** Milliseconds until a mute ends that is put back; the end of one without an end is past this century. */
const leftUntil = (end: number): number => (isForEver(end) ? -1 : Math.max(1, Math.round(end - Date.now())))

/** What moderates users of a room. */
export function callsOf(app: AppPath, room: string) {
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
    muteUntil: (user: string, end: number) =>
      call(
        api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/mute', {
          ...at,
          body: { usernames: [user], mute_duration: leftUntil(end) },
        }),
      ),
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
    unban: (user: string, reason?: string) =>
      call(
        api.DELETE(
          '/{org_name}/{app_name}/chatrooms/{chatroom_id}/blocks/users/{username}',
          of(user, reason),
        ),
      ),
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
    deleteMessagesOf: (username: string, minutes: number, reason?: string) =>
      call(
        api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/users/{username}/messages', {
          params: { path: { ...path, username }, query: { minutes, ...why(reason) } },
        }),
      ),
  }
}
