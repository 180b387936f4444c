import type { Device } from '../domain/device.ts'
import type { Awaitable } from '../store/database.ts'

/** What a thread is asked about those who are connected to it. */
export interface ConnectedHere {
  /** Those of `usernames` that are connected. */
  online(app: number, usernames: string[]): string[]
  /** The devices with which a user is connected. */
  devices(app: number, username: string): Device[]
  /** The logins of a user whose connections have not been ended. */
  logins(app: number, username: string): Pick<DeviceLogin, 'resource' | 'id'>[]
  /** The rooms of an app with somebody who is connected. */
  rooms(app: number): string[]
  /** How many users are connected, and how many rooms they are in; what another thread counts is not counted again. */
  counts(): { users: number; rooms: number }
}

/** A device of a user has logged in to a thread; `id` is later than those of earlier logins. */
export interface DeviceLogin {
  app: number
  username: string
  resource: string
  id: bigint
}

/** Asks all other threads of this process, which is quicker than what the store has, and exact; where there are others. */
export type AskThreads = <Name extends keyof ConnectedHere>(
  name: Name,
  ...given: Parameters<ConnectedHere[Name]>
) => Promise<ReturnType<ConnectedHere[Name]>[]>

/** Who is connected, to whatever node. */
export interface Presence {
  /** Those of `usernames` that are online. */
  online(app: number, usernames: string[]): Awaitable<Set<string>>
  /** The devices with which a user is connected. */
  devices(app: number, username: string): Promise<Device[]>
  /** Rooms of an app with somebody who is connected to another node. */
  roomsElsewhere(app: number): Promise<string[]>
  /** Ends a user's connections, or that of the device that is named `resource`. */
  disconnect(app: number, username: string, resource?: string): Awaitable<void>
}
