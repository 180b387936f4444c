import { high } from '../domain/meter.ts'
import type { RelayedMessage } from '../domain/relayed-message.ts'
import { passesClientRate } from './accept.ts'
import type { ActivityLog } from './activity-log.ts'
import type { HistoryLog } from './history-log.ts'
import type { MessageLog } from './message-log.ts'
import type { Parts } from './parts.ts'
import type { RecentMessages } from './recent-messages.ts'
import type { RelayedHistory } from './relayed-history.ts'
import type { RoomActivity } from './room-activity.ts'
import type { LiveRoom, Session } from './session.ts'
import type { LastSpoken } from './slow-mode.ts'

/** What takes note of messages. */
interface Logs {
  recent: RecentMessages
  messages: MessageLog
  spoken: LastSpoken
  history: HistoryLog
  relayed: RelayedHistory
  activity: Pick<ActivityLog, 'add'>
  rooms: Pick<RoomActivity, 'touch'>
}

/** Brings accepted messages to everyone in their rooms. */
export function fanOut(
  { live, outbox, counters }: Pick<Parts, 'live' | 'outbox' | 'counters'>,
  { recent, messages, spoken, history, relayed, activity, rooms }: Logs,
  others: (message: RelayedMessage) => void,
) {
  /** Hands a message to everyone of this node who is in its room, but not to `from`, the session that sent it. */
  function here(message: RelayedMessage, from?: Session): LiveRoom | undefined {
    const { app, room: id, directed, frame, priority } = message
    recent.add(message)
    if (message.isSlowed) spoken.note(app, id, message.sender)
    const room = live.room(app, id)
    if (!room) return undefined
    room.messages += 1
    if (!directed) {
      if (!passesClientRate(message, room, counters.leftOut)) return room
      outbox.publish(room, frame, from && [from], priority === high)
      counters.delivered += room.users.size - (from ? 1 : 0)
      return room
    }
    for (const username of new Set(directed)) {
      const user = live.user(app, username)
      if (!user?.rooms.has(id)) continue
      counters.delivered += 1
      for (const session of user.sessions) if (session !== from) outbox.sendTo(room, session, frame)
    }
    return room
  }

  return {
    /** Hands a message that another node has accepted to everyone of this node who is in its room. */
    elsewhere(message: RelayedMessage): void {
      here(message)
      if (!message.history) return
      const { app, room: id, recalls } = message
      if (recalls === undefined) relayed.add(message)
      else {
        relayed.remove(app, id, [recalls])
        history.recalledElsewhere(recalls)
      }
    },

    /** Hands a message that this node has accepted to everyone in its room, on whatever node. */
    everywhere(message: RelayedMessage, from?: Session): void {
      const room = here(message, from)
      messages.add(message)
      rooms.touch(message.app, message.room, room)
      if (message.history) history.add(message)
      if (message.callbackSource) activity.add(message)
      others(message)
    },
  }
}

export type FanOut = ReturnType<typeof fanOut>
