import { type AppPath, api, call } from './client.ts'

export interface RoomDetails {
  id: string
  name: string
  description: string
  maxusers: number
  owner: string
  created: number
  custom: string
  mute: boolean
  affiliations_count: number
  disabled: boolean
}

/** Details of a room. Whether it is disabled stands in the list of rooms alone. */
export async function readRoom(app: AppPath, id: string): Promise<RoomDetails> {
  const { data } = await call(
    api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}', {
      params: { path: { ...app, chatroom_id: id } },
    }),
  )
  const room = (Array.isArray(data) ? data[0] : data) as Omit<RoomDetails, 'disabled'>
  const query = { limit: 200, owner: room.owner, ...(room.name ? { name: room.name } : {}) }
  const listed = await call(api.GET('/{org_name}/{app_name}/chatrooms', { params: { path: app, query } }))
  return { ...room, disabled: listed.data?.some((one) => one.id === id && one.disabled) ?? false }
}
