import type { ServerWebSocket } from 'bun'
import type { AppRecord } from '../domain/app.ts'
import type { AppKeywords } from '../domain/keywords/matcher.ts'
import type { OwnLifecycle } from '../domain/lifecycle.ts'
import { limits } from '../domain/limits.ts'
import { high, Meter } from '../domain/meter.ts'
import type { AppMutes } from '../domain/mute.ts'
import type { Rated } from '../domain/tally.ts'

// What a node knows of those who are connected to it: connections, sessions, users and rooms refer to each other.

export type Socket = ServerWebSocket<Connection>

/** One connection, which may have logged in: then it has a session. */
export class Connection {
  socket!: Socket
  session: Session | undefined
  /** `new`: nothing came yet; `checking`: it is logging in; `open`: logged in. */
  stage: 'new' | 'checking' | 'open' | 'closed' = 'new'
  /** When the next ping is due, by a monotonic clock. */
  pingDueMs: number
  /** Pings since something came from the client. */
  unanswered = 0
  /** Frames, pings and pongs of this connection. */
  private readonly frames: Meter
  /** What is still under way for this connection: later frames wait for it, so that they stay in order. */
  work: Promise<void> | undefined
  waiting = 0
  /** Frames that wait for what other threads have written. */
  behind: Promise<void> | undefined

  /** Times of a monotonic clock. */
  constructor(
    readonly address: string,
    readonly openedMs: number,
    pingDueMs: number,
  ) {
    this.pingDueMs = pingDueMs
    this.frames = new Meter(openedMs)
  }

  /** Notes at monotonic `nowMs` that so many bytes came; returns whether it is still within the limits. */
  received(nowMs: number, bytes: number): boolean {
    this.unanswered = 0
    const cost = 1 + Math.floor(bytes / limits.messageBytes.value)
    const { session } = this
    if (!session) return this.frames.passes(limits.newFrameRate.value, nowMs, high, cost)
    const { userMessageRate } = session.app.settings
    const rate =
      userMessageRate === null ? limits.unlimitedFrameRate.value : limits.frameRate.value + userMessageRate
    return (
      this.frames.passes(rate, nowMs, high, cost) && session.user.frames.passes(2 * rate, nowMs, high, cost)
    )
  }

  send(bytes: Uint8Array): void {
    if (this.stage !== 'closed') this.socket.sendBinary(bytes)
  }
}

/** Who has logged in: under which epoch of its tokens, on which device, until when (0 = for ever). */
export interface Login {
  app: AppRecord
  /** That of the secret which its token goes with. */
  tokenKey: string
  username: string
  /** Undefined for a token without one, which stands for as long as the user is active. */
  epoch: number | undefined
  resource: string
  deviceUuid: string
  deviceName: string
  /** The protocol's number of its system, and the version of its SDK, as it reports them. */
  system: number | undefined
  version: string
  expiresMs: number
}

/** A device of a user that has logged in. */
export class Session {
  app: AppRecord
  /** That of the secret which its token goes with: the session ends with it. */
  readonly tokenKey: string
  /** The device, as the client names it. */
  readonly resource: string
  readonly deviceUuid: string
  readonly deviceName: string
  readonly system: number | undefined
  readonly version: string
  /** App, user and device, which together name a client. */
  readonly device: string
  /** The epoch of the user's tokens under which it logged in; undefined for a token without one. */
  readonly epoch: number | undefined
  /** When its token ends (0 = never). */
  readonly expiresMs: number
  readonly socket: Socket
  /** Of its login: later than that of earlier ones. */
  loginId = 0n
  /** Its login was acknowledged. */
  isLoggedIn = false
  /** The server ended it: its client does not come back by itself. */
  isLoggedOut = false

  constructor(
    readonly connection: Connection,
    readonly user: LiveUser,
    { app, tokenKey, resource, deviceUuid, deviceName, system, version, epoch, expiresMs }: Login,
  ) {
    this.app = app
    this.tokenKey = tokenKey
    this.resource = resource
    this.deviceUuid = deviceUuid
    this.deviceName = deviceName
    this.system = system
    this.version = version
    this.device = `${user.app}/${user.username}/${resource}`
    this.epoch = epoch
    this.expiresMs = expiresMs
    this.socket = connection.socket
  }

  send(bytes: Uint8Array): void {
    this.connection.send(bytes)
  }
}

/** Rooms that a user came into (true) and left by events while its rooms are read. */
export type Moved = Map<string, boolean>

/** A user with at least one session on this node, and the rooms that it is in. */
export interface LiveUser {
  readonly app: number
  readonly username: string
  readonly sessions: Session[]
  readonly rooms: Map<string, LiveRoom>
  /** Of its app. */
  readonly keywords: AppKeywords
  /** Reads of the user's rooms that are under way. */
  reading: Set<Moved> | undefined
  /** Until its rooms are known here; whoever logs in meanwhile waits, too. */
  arriving: Promise<void> | undefined
  /** When an event last moved it into a room or out of one, by a monotonic clock; on PostgreSQL. */
  movedMs: number | undefined
  /** Until when it is muted in the whole app, once it was needed; dropped when it changes. */
  mutes: AppMutes | Promise<AppMutes> | undefined
  /** Whether it is a super admin, once it was needed; dropped when that changes. */
  superAdmin: boolean | Promise<boolean> | undefined
  /** Messages of this user, for the app's limit. */
  meter: Rated | undefined
  /** Frames, pings and pongs of all its connections. */
  readonly frames: Rated
}

/** A room with at least one member that is connected to this node. */
export interface LiveRoom {
  readonly app: number
  readonly id: string
  /** Whoever is in the room subscribes to this; a message is written once and goes to all of them. */
  readonly topic: string
  readonly users: Set<LiveUser>
  /** Messages since the first of its members was connected. */
  messages: number
  /** Who may speak, once it was needed; dropped when it changes. */
  speech: Speech | Promise<Speech | undefined> | undefined
  /** Messages of this room, for the app's limit. */
  meter: Rated | undefined
  /** Messages that its clients get, for the app's limit. */
  gets: Meter | undefined
  /** When something last happened in it. */
  noted: Noted | undefined
  /** What waits to be written to everyone in it together. */
  waiting: Waiting | undefined
  /** How much is written to it; only for rooms that are large. */
  flow: Flow | undefined
}

/** Deliveries of one room that go out together a moment later. */
export interface Waiting {
  /** In order; the sessions in `but` do not get a frame. */
  readonly entries: { frame: Uint8Array; but: readonly Session[] }[]
  /** Of all frames. */
  bytes: number
  /** Sessions that get nothing before the entry with this index: they came later, or have had it already. */
  readonly since: Map<Session, number>
  timer: ReturnType<typeof setTimeout>
}

/** Counts what is written to a room. */
export interface Flow {
  /** Since when, by a monotonic clock, and how much. */
  fromMs: number
  written: number
  /** A second, in the span before. */
  rate: number
}

/** A room in which something happened in the last seconds. */
export interface Noted {
  /** Something happened since the last look. */
  isActive: boolean
  /** The look that has seen it, by a monotonic clock. */
  activeMs: number
  isStored: boolean
  /** When it may be stored again, by the same clock. */
  heldUntilMs: number
  /** Nothing has happened there for a while. */
  isForgotten: boolean
}

/** What decides who may speak in a room. */
export interface Speech {
  owner: string
  admins: ReadonlySet<string>
  /** Whether everybody is muted: then owner, admins and the allow list speak. */
  mute: boolean
  /** Then nobody speaks. */
  disabled: boolean
  allowed: ReadonlySet<string>
  /** Unix ms until which each muted member is. */
  muted: ReadonlyMap<string, number>
  /** Seconds between two messages of one member; 0 = off. */
  slowMode: number
  /** When it opens and ends, with `createdMs`. */
  createdMs: number
  lifecycle: OwnLifecycle | null
}
