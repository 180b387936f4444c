import { queryOptions } from '@tanstack/react-query'
import { type AppPath, api, call } from '../../api/client.ts'
import type { paths } from '../../api/schema'

export interface Rule {
  id: string
  name: string
  url: string
  when: 'after' | 'before'
  events: string[]
  onFailure?: 'deliver' | 'stop'
  enabled: boolean
}

export type CallbackEvent = NonNullable<
  paths['/{org_name}/{app_name}/callbacks']['post']['requestBody']['content']['application/json']['events']
>[number]

/** In the order in which they are shown; a key for each that the server has. */
const shown: Record<CallbackEvent, true> = {
  'message.sent': true,
  'message.recalled': true,
  'message.moderated': true,
  'chatroom.created': true,
  'chatroom.updated': true,
  'chatroom.owner_changed': true,
  'chatroom.destroyed': true,
  'chatroom.restored': true,
  'chatroom.member_joined': true,
  'chatroom.member_left': true,
  'chatroom.admin_added': true,
  'chatroom.admin_removed': true,
  'chatroom.super_admin_added': true,
  'chatroom.super_admin_removed': true,
  'chatroom.member_muted': true,
  'chatroom.member_unmuted': true,
  'chatroom.all_muted': true,
  'chatroom.all_unmuted': true,
  'chatroom.member_blocked': true,
  'chatroom.member_unblocked': true,
  'chatroom.member_allowed': true,
  'chatroom.member_disallowed': true,
  'chatroom.announcement_changed': true,
  'chatroom.attributes_changed': true,
  'user.online': true,
  'user.offline': true,
  'app.quota_warning': true,
}

/** Events that a rule can name. */
export const callbackEvents = Object.keys(shown) as CallbackEvent[]

export const callbacksKey = (app: AppPath): string[] => ['callbacks', app.org_name, app.app_name]

export const rulesQuery = (app: AppPath) =>
  queryOptions({
    queryKey: [...callbacksKey(app), 'rules'],
    queryFn: async () =>
      ((await call(api.GET('/{org_name}/{app_name}/callbacks', { params: { path: app } }))).data ??
        []) as Rule[],
  })
