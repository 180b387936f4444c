import type { ConnectedHere } from '../cluster/presence-types.ts'
import type { Live } from './live.ts'

/** Who is connected to this node. */
export const connectedHere = ({ user, devices, users, rooms }: Live): ConnectedHere => ({
  online: (app, usernames) => usernames.filter((username) => (user(app, username)?.sessions.length ?? 0) > 0),
  devices,
  counts: () => ({ users: users.size, rooms: rooms.size }),
  rooms: (app) => [...rooms.values()].filter((room) => room.app === app).map(({ id }) => id),
})
