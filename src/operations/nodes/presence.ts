import type { Device } from '../../domain/device.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { takeOut } from '../room-members.ts'

/** Notes that users are connected to a node, and with what devices. */
export const arrive = write({
  id: 'arrive',
  allowed: appOnly,
  run: ({ app, store }, { users, node }: { users: [string, Device[]][]; node: number }) =>
    store.presence.arrive(app.id, users, node),
})

/** Notes that users have lost their last connection to a node: they leave their rooms after `graceMs`. */
export const depart = write({
  id: 'depart',
  allowed: appOnly,
  run: async (
    { app, store },
    { usernames, node, graceMs }: { usernames: string[]; node: number; graceMs: number },
  ) => store.presence.depart(app.id, usernames, node, (await store.clock.steadyMs()) + graceMs),
})

/**
 * Takes users whose time has come, and who are connected nowhere, out of their rooms [members: offline]. Whoever owns a
 * room or is on its allow list stays in that room.
 */
export const leaveOffline = write({
  id: 'leaveOffline',
  allowed: appOnly,

  async run(transaction, { usernames }: { usernames: string[] }) {
    const { app, store, emit } = transaction
    const gone = await store.presence.takeDue(app.id, usernames, await store.clock.steadyMs())
    if (gone.length === 0) return
    const leaving = Map.groupBy(await store.members.roomsToLeave(app.id, gone), ({ room }) => room)
    for (const [id, rows] of leaving) {
      const room = await store.rooms.lockRoom(app.id, id)
      if (!room) continue
      const members = rows.map(({ username }) => username)
      const memberCount = await takeOut(transaction, room, members)
      emit({ type: 'member.left', usernames: members, memberCount }, id)
    }
  },
})

/** Ends a user's connections, or that of one device, on whatever node they are. */
export const endConnections = write({
  id: 'endConnections',
  allowed: appOnly,
  auditedAs: () => 'disconnectUser',

  async run({ emit }, { username, resource }: { username: string; resource: string | undefined }) {
    const device = resource === undefined ? {} : { resource }
    emit({ type: 'user.changed', username, change: 'disconnected', ...device })
  },
})
