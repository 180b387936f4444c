import { queryOptions } from '@tanstack/react-query'
import { type AppPath, api, call } from '../../api/client.ts'

export interface Rule {
  id: string
  name: string
  url: string
  when: 'after' | 'before'
  events: string[]
  onFailure?: 'deliver' | 'stop'
  enabled: boolean
}

/** Events that a rule can name. */
export const callbackEvents = [
  'message.sent',
  'message.recalled',
  'message.moderated',
  'chatroom.created',
  'chatroom.updated',
  'chatroom.owner_changed',
  'chatroom.destroyed',
  'chatroom.member_joined',
  'chatroom.member_left',
  'chatroom.admin_added',
  'chatroom.admin_removed',
  'chatroom.super_admin_added',
  'chatroom.super_admin_removed',
  'chatroom.member_muted',
  'chatroom.member_unmuted',
  'chatroom.all_muted',
  'chatroom.all_unmuted',
  'chatroom.member_blocked',
  'chatroom.member_unblocked',
  'chatroom.member_allowed',
  'chatroom.member_disallowed',
  'chatroom.announcement_changed',
  'chatroom.attributes_changed',
  'user.online',
  'user.offline',
] as const

export type CallbackEvent = (typeof callbackEvents)[number]

export const callbacksKey = (app: AppPath): string[] => ['callbacks', app.org_name, app.app_name]

export const rulesQuery = (app: AppPath) =>
  queryOptions({
    queryKey: [...callbacksKey(app), 'rules'],
    queryFn: async () =>
      ((await call(api.GET('/{org_name}/{app_name}/callbacks', { params: { path: app } }))).data ??
        []) as Rule[],
  })
