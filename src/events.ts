/** Who asks: the app itself (an app token) or one of its users. */
export type Caller = { kind: 'app' } | { kind: 'user'; username: string }

/** What has happened to a room. Told to caches and listeners only after it is stored. */
export type RoomEvent =
  | { type: 'room.created'; owner: string; members: string[] }
  | { type: 'room.changed' }
  | { type: 'room.transferred'; from: string; to: string }
  | { type: 'room.dissolved' }
  | { type: 'member.joined'; usernames: string[]; memberCount: number }
  | { type: 'member.left'; usernames: string[]; memberCount: number }

/** What has happened to an app or its users. */
export type AppEvent =
  | { type: 'app.changed' }
  | {
      type: 'user.changed'
      username: string
      change: 'password' | 'activated' | 'deactivated' | 'deleted'
    }

/** An event, with where and when it happened and who caused it. `room` is empty for events of the app. */
export type Event = (RoomEvent | AppEvent) & {
  app: number
  room: string
  by: Caller
  /** Unix ms. */
  at: number
}

/** Hears of what a write changed, before whoever wrote has the answer. */
export type Tell = (events: Event[]) => undefined | Promise<void>
