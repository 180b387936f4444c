import type { AppDirectory } from '../auth/app-directory.ts'
import type { DeviceLogin } from '../cluster/presence-types.ts'
import type { Event } from '../domain/event.ts'
import type { RelayedMessage, UserMessage } from '../domain/relayed-message.ts'
import type { Publisher } from '../engine/publisher.ts'
import type { Realtime } from './realtime.ts'

/** What is written and accepted, here and on other nodes. */
interface Sources {
  /** Whether events come in the order of their transactions. */
  isOrdered: boolean
  events: Publisher<Event[]>
  /** What this node has written. */
  committed: Publisher<Event[]>
  /** What other nodes have written, in the order in which they publish it. */
  elsewhere: Publisher<Event[]>
  apps: AppDirectory
  relayed: Publisher<RelayedMessage>
  relayedToUsers: Publisher<UserMessage>
  logins: Publisher<DeviceLogin>
  missed: Publisher<void>
}

/** Events that are no activity in a room: a warning of its end would put the end off. */
const noActivity = new Set<Event['type']>(['room.created', 'room.dissolved', 'room.expiring'])

/** Subscribes real time to events and messages, of this node and others. */
export function subscribeRealtime(
  realtime: Realtime,
  { isOrdered, events, committed, elsewhere, apps, relayed, relayedToUsers, logins, missed }: Sources,
): void {
  events.subscribe((batch) => {
    for (const event of batch) realtime.onEvent(event)
    return realtime.heard()
  })
  committed.subscribe((batch) => {
    for (const { app, room, type } of batch)
      if (room !== '' && !noActivity.has(type)) realtime.touched(app, room)
  })
  if (!isOrdered) committed.subscribe(realtime.late.here)
  elsewhere.subscribe(realtime.late.elsewhere)
  relayed.subscribe(realtime.relayed)
  relayedToUsers.subscribe(realtime.relayedToUsers)
  logins.subscribe(realtime.loggedInElsewhere)
  missed.subscribe(realtime.missed)
  apps.subscribe(realtime.appsChanged)
}
