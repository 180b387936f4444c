import type { Logger } from 'pino'
import type { Tracer } from '../domain/tracing.ts'
import { decode, type Item, joiner } from './bus-codec.ts'
import { traceparentOf } from './bus-trace.ts'
import { everyone, type WireListener } from './wire.ts'

/** What a node does with what others publish. */
export interface Listener {
  onItem(item: Item): void
  /** Items of other nodes were lost. */
  missed(): void
}

/** Receives what other nodes publish. */
export interface Receiver extends WireListener {
  /** A room is heard no more. */
  forget(room: string): void
  sweep(): void
}

export function receiverOf(
  me: string,
  listener: Listener & { gap(): void },
  log: Logger,
  tracer?: Tracer,
): Receiver {
  const subjects = new Map([[everyone, joiner(me)]])
  let gaps = 0

  /** Changes reach every node: without messages of a room nothing that is cached is out of date. */
  function missed(subject: string): void {
    listener.gap()
    if (subject === everyone) listener.missed()
    else gaps += 1
  }

  function joinerOf(subject: string) {
    const known = subjects.get(subject)
    if (known) return known
    const made = joiner(me)
    subjects.set(subject, made)
    return made
  }

  return {
    onText(subject, text) {
      try {
        const joined = joinerOf(subject).join(text)
        if (joined.missed) missed(subject)
        for (const item of joined.items) {
          const take = () => listener.onItem(decode(item))
          const traceparent = tracer && traceparentOf(item)
          if (traceparent) tracer.root('consumer', 'bus receive', traceparent, {}, take)
          else take()
        }
      } catch (error) {
        log.error({ err: error }, 'a packet of another node could not be decoded')
      }
    },
    reconnected() {
      for (const each of subjects.values()) each.reset()
      listener.missed()
    },
    forget: (room) => void subjects.delete(room),
    sweep() {
      for (const each of subjects.values()) each.sweep()
      if (gaps > 0) log.warn({ gaps }, 'messages of other nodes to rooms were lost on the bus')
      gaps = 0
    },
  }
}
