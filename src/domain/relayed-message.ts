import type { sources } from './callbacks/rule.ts'
import type { HistoryTerms } from './history.ts'
import type { Priority } from './meter.ts'

/** A message that was accepted, on its way to everyone in its room, on every node. */
export interface RelayedMessage {
  app: number
  room: string
  id: bigint
  sender: string
  /** Hash of user, device, client id and content, where the client gave an id. */
  client: number | undefined
  /** The message that it recalls. */
  recalls: number | undefined
  /** Only these users get it; undefined = everyone in the room. */
  directed: string[] | undefined
  /** How the history of its app stores it; undefined where it has none. */
  history?: HistoryTerms | undefined
  /** Who sent it, for the callbacks that need it; undefined where none do. */
  callbackSource?: (typeof sources)[number] | undefined
  /** Its room has slow mode, and its sender waits until it may speak again. */
  isSlowed?: boolean | undefined
  /** Undefined = normal. One of high priority does not wait for others. */
  priority?: Priority | undefined
  /** What goes to the clients, encoded once. */
  frame: Uint8Array
}

/** What is remembered of a message, for its recall and so that it is not sent twice. */
export type RememberedMessage = Pick<RelayedMessage, 'app' | 'room' | 'id' | 'sender' | 'client' | 'recalls'>

const userMark = '@'

/** What stands for a user where messages of rooms have their room: no room id looks so. */
export const placeOfUser = (username: string): string => `${userMark}${username}`

/** Whether a place is that of a user, and no room. */
export const isPlaceOfUser = (place: string): boolean => place.startsWith(userMark)

/** A message that was accepted, on its way to the devices of its receivers, on every node. */
export interface UserMessage {
  app: number
  sender: string
  /** The sender's device, which does not get it; undefined when the app's own server sends. */
  resource: string | undefined
  /** Its receivers, and the id under which each of them gets it. */
  to: [username: string, id: number][]
  /** Whose devices get it, too: the sender's, as a rule. */
  copiedTo: string | undefined
  /** Whether it is remembered: receipts are not. */
  isRemembered: boolean
  client: number | undefined
  recalls: number | undefined
  /** What goes to the clients, an encoded `Meta`, but for its receiver and its id. */
  meta: Uint8Array
}
