import { joined } from './joined-frame.ts'
import type { LiveRoom, Session, Waiting } from './session.ts'

/** What a session gets of what waits, as one frame; undefined for nothing. */
export function shareOf({ entries, since }: Waiting, session: Session): Uint8Array | undefined {
  const frames: Uint8Array[] = []
  for (let n = since.get(session) ?? 0; n < entries.length; n += 1) {
    const entry = entries[n]
    if (entry && !entry.but.includes(session)) frames.push(entry.frame)
  }
  return frames.length === 0 ? undefined : joined(frames)
}

/** A session gets nothing of what waits in a room: it has just come. */
export function startAfter({ waiting }: LiveRoom, session: Session): void {
  waiting?.since.set(session, waiting.entries.length)
}

/** Hands a session what waits for it in a room: it leaves, or gets next what is for it alone. */
export function handOver(room: LiveRoom, session: Session): void {
  if (!room.waiting) return
  const share = shareOf(room.waiting, session)
  startAfter(room, session)
  if (share) session.send(share)
}

/** Drops what waits in a room: nobody is there. */
export function discard(room: LiveRoom): void {
  clearTimeout(room.waiting?.timer)
  room.waiting = undefined
}
