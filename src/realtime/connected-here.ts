import type { ConnectedHere } from '../cluster/presence-types.ts'
import type { Live } from './live.ts'

/** Who is connected to this node. */
export const connectedHere = ({ user, devices, rooms, counts }: Live): ConnectedHere => ({
  online: (app, usernames) => usernames.filter((username) => (user(app, username)?.sessions.length ?? 0) > 0),
  devices,
  logins: (app, username) =>
    (user(app, username)?.sessions ?? [])
      .filter(({ isLoggedOut }) => !isLoggedOut)
      .map(({ resource, loginId: id }) => ({ resource, id })),
  counts,
  rooms: (app) => [...rooms.values()].filter((room) => room.app === app).map(({ id }) => id),
})
