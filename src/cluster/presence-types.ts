import type { Device } from '../domain/device.ts'
import type { Awaitable } from '../store/database.ts'

/** Who is connected, to whatever node. */
export interface Presence {
  /** Those of `usernames` that are online. */
  online(app: number, usernames: string[]): Awaitable<Set<string>>
  /** The devices with which a user is connected. */
  devices(app: number, username: string): Promise<Device[]>
  /** Rooms of an app in which someone is who is connected to another node. */
  roomsElsewhere(app: number): Promise<string[]>
  /** Ends a user's connections, or that of the device that is named `resource`. */
  disconnect(app: number, username: string, resource?: string): Awaitable<void>
}
