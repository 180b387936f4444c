import type { ServerWebSocket } from 'bun'
import type { AppRecord } from '../apps/app.ts'
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
  /** Unix ms at which the connection was opened, and at which its token ends (0 = never). */
  readonly since: number
  expires = 0
  /** The epoch of the user's tokens under which it logged in. */
  epoch = 0
  /** What is still under way for this connection: later frames wait for it, so that they keep their order. */
  work: Promise<void> | undefined
  waiting = 0

  constructor(since: number) {
    this.since = since
  }

  send(bytes: Uint8Array): void {
    if (this.stage !== 'closed') this.socket.sendBinary(bytes)
  }
}

/** A connection that has logged in. */
export type Session = Connection & { app: AppRecord; user: LiveUser }

export const isSession = (connection: Connection): connection is Session => connection.user !== undefined
