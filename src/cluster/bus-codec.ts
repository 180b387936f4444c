import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import type { NodeFigures } from '../domain/node-figures.ts'
import type { RelayedMessage, UserMessage } from '../domain/relayed-message.ts'
import type { SpaceTaken } from '../store/attachment-space.ts'
import type { DeviceLogin } from './presence-types.ts'

/** What a node does; without figures it stops. */
export interface NodeNews {
  id: string
  figures?: NodeFigures
}

/**
 * What nodes publish to each other: events, messages on their way, their figures, and which devices have logged in; and threads of one
 * process, also that there is more in the log of events of an app, and what attachments take of the space.
 */
export type Item =
  | { events: Event[] }
  | { message: RelayedMessage }
  | { userMessage: UserMessage }
  | { node: NodeNews }
  | { activity: number }
  | { space: SpaceTaken }
  | { login: DeviceLogin }

/** An encoded item and its number: each node numbers what it publishes, whether or not it arrives. */
export interface Numbered {
  n: number
  text: string
}

/**
 * One text on the wire: items with consecutive numbers from `n`, a part of the item `n` that was too long, or neither:
 * `n` is the last number that its node has given.
 */
interface Packet {
  from: string
  n: number
  items?: string[]
  part?: { at: number; of: number; text: string }
}

/** Bytes of a packet beside its items. */
const packetBytes = 200

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

export function encode(item: Item): string {
  if ('userMessage' in item) {
    const { meta, ...userMessage } = item.userMessage
    return JSON.stringify({ userMessage: { ...userMessage, meta: base64(meta) } })
  }
  // A node of version 0.1.0 takes what is neither message nor user message for events.
  if ('node' in item) return JSON.stringify({ events: [], ...item })
  if ('login' in item) {
    const { id, ...login } = item.login
    return JSON.stringify({ events: [], login: { ...login, id: String(id) } })
  }
  if (!('message' in item)) return JSON.stringify(item)
  const { frame, id, ...message } = item.message
  return JSON.stringify({ message: { ...message, id: String(id), frame: base64(frame) } })
}

export function decode(text: string): Item {
  const item = JSON.parse(text)
  if (item.userMessage) {
    const { meta, ...userMessage } = item.userMessage
    return { userMessage: { ...userMessage, meta: bytesOf(meta) } }
  }
  if (item.node) return { node: item.node }
  if (item.login) return { login: { ...item.login, id: BigInt(item.login.id) } }
  if (!item.message) return item
  const { frame, id, ...message } = item.message
  return { message: { ...message, id: BigInt(id), frame: bytesOf(frame) } }
}

const packet = (fields: Packet): string => JSON.stringify(fields)

/** The last number of a node, so that others notice an item that they did not receive. */
export const position = (from: string, last: number): string => packet({ from, n: last })

/** Texts of at most `longest` bytes that carry `items`; as many items as fit share one. */
export function split(from: string, items: Numbered[], longest: number): string[] {
  const texts: string[] = []
  const room = longest - packetBytes
  let some: string[] = []
  let first = 0
  let size = 0
  const flush = () => {
    if (some.length > 0) texts.push(packet({ from, n: first, items: some }))
    some = []
    size = 0
  }
  for (const { n, text } of items) {
    const bytes = Buffer.byteLength(JSON.stringify(text)) + 1
    if (size + bytes > room || n !== first + some.length) flush()
    if (bytes <= room) {
      if (some.length === 0) first = n
      some.push(text)
      size += bytes
      continue
    }
    const whole = Buffer.from(text).toString('base64')
    const of = Math.ceil(whole.length / room)
    for (let at = 0; at < of; at += 1)
      texts.push(packet({ from, n, part: { at, of, text: whole.slice(at * room, (at + 1) * room) } }))
  }
  flush()
  return texts
}

interface Sender {
  /** The number that its next item has; undefined before its first packet. */
  next: number | undefined
  /** The parts that have come of item `next`. */
  parts: string[]
  /** Sweeps since its last packet. */
  quiet: number
}

/** What a text brought: whole items, and whether others were lost before them. */
interface Joined {
  items: string[]
  missed: boolean
}

/** Sweeps after which the parts of a silent node are dropped. */
const patience = 6

/** Puts together what other nodes' texts carry, and notices what is missing. A node's own texts it skips. */
export function joiner(me: string) {
  const senders = new Map<string, Sender>()

  function senderOf(from: string): Sender {
    const known = senders.get(from)
    if (known) return known
    // Nodes that have stopped are not announced: the one that came first is forgotten first.
    const [oldest] = senders.keys()
    if (oldest !== undefined && senders.size >= limits.busSenders.value) senders.delete(oldest)
    const sender: Sender = { next: undefined, parts: [], quiet: 0 }
    senders.set(from, sender)
    return sender
  }

  /** Goes to number `n`; returns whether that skips some. */
  function skipTo(sender: Sender, n: number): boolean {
    const isGap = sender.next !== undefined && sender.next < n
    if (sender.next !== n) sender.parts = []
    sender.next = n
    return isGap
  }

  function joinPart(sender: Sender, n: number, { at, of, text }: NonNullable<Packet['part']>): Joined {
    const missed = skipTo(sender, n)
    // A part that does not follow the last one: the item is lost, and whatever has a later number will show it.
    if (at === 0) sender.parts = []
    if (sender.parts.length !== at) {
      sender.parts = []
      return { items: [], missed }
    }
    sender.parts.push(text)
    if (sender.parts.length < of) return { items: [], missed }
    const whole = Buffer.from(sender.parts.join(''), 'base64').toString()
    skipTo(sender, n + 1)
    return { items: [whole], missed }
  }

  return {
    /** Takes a text in. Fails when it cannot be read. */
    join(text: string): Joined {
      const { from, n, items, part }: Packet = JSON.parse(text)
      if (from === me) return { items: [], missed: false }
      const sender = senderOf(from)
      sender.quiet = 0
      if (part) return joinPart(sender, n, part)
      const missed = skipTo(sender, items ? n : n + 1)
      if (items) skipTo(sender, n + items.length)
      return { items: items ?? [], missed }
    },

    /** Starts afresh: the connection was lost, and whatever was published meanwhile. */
    reset: () => senders.clear(),

    /** Drops the parts of nodes that have fallen silent; called regularly. */
    sweep(): void {
      for (const sender of senders.values()) if (++sender.quiet >= patience) sender.parts = []
    },
  }
}
