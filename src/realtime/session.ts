import type { ServerWebSocket } from 'bun'
import type { AppRecord } from '../domain/app.ts'
import { limits } from '../domain/limits.ts'
import { high, Meter } from '../domain/meter.ts'
import type { LiveUser } from './live.ts'

export type Socket = ServerWebSocket<Connection>

/** One connection: a device of a user, once it has logged in. */
export class Connection {
  socket!: Socket
  app: AppRecord | undefined
  user: LiveUser | undefined
  /** The device, as the client names it. */
  resource = ''
  /** App, user and device, which together name a client. */
  device = ''
  /** `new`: nothing came yet; `checking`: its token is looked at; `open`: logged in. */
  stage: 'new' | 'checking' | 'open' | 'closed' = 'new'
  /** Unix ms at which its token ends (0 = never). */
  expires = 0
  /** Monotonic ms at which the next ping is due, and pings since something came from the client. */
  pingAt: number
  unanswered = 0
  /** Frames, pings and pongs of this connection. */
  private readonly frames: Meter
  /** The epoch of the user's tokens under which it logged in; undefined for a token without one. */
  epoch: number | undefined = undefined
  /** What is still under way for this connection: later frames wait for it, so that they keep their order. */
  work: Promise<void> | undefined
  waiting = 0

  /** `since`: monotonic ms at which it was opened; `pingAt`: when its first ping is due. */
  constructor(
    readonly address: string,
    readonly since: number,
    pingAt: number,
  ) {
    this.pingAt = pingAt
    this.frames = new Meter(since)
  }

  /** Notes at monotonic `at` that so many bytes came; answers whether it is still within the limits. */
  hears(at: number, bytes: number): boolean {
    this.unanswered = 0
    const cost = 1 + Math.floor(bytes / limits.messageBytes.value)
    if (!this.user || !this.app) return this.frames.passes(limits.newFrameRate.value, at, high, cost)
    const { userMessageRate } = this.app.settings
    const rate =
      userMessageRate === null ? limits.unlimitedFrameRate.value : limits.frameRate.value + userMessageRate
    return this.frames.passes(rate, at, high, cost) && this.user.frames.passes(2 * rate, at, high, cost)
  }

  send(bytes: Uint8Array): void {
    if (this.stage !== 'closed') this.socket.sendBinary(bytes)
  }
}

/** A connection that has logged in. */
export type Session = Connection & { app: AppRecord; user: LiveUser }

export const isSession = (connection: Connection): connection is Session => connection.user !== undefined
