import { placeOfUser, type UserMessage } from '../domain/relayed-message.ts'
import { userMessage } from './encode.ts'
import { Meta } from './generated/protocol.ts'
import type { MessageLog } from './message-log.ts'
import type { Parts } from './parts.ts'
import type { RecentMessages } from './recent-messages.ts'
import type { LiveUser } from './session.ts'

/** Sends a frame to all devices of a user but one. */
function sendAll({ sessions }: LiveUser, frame: Uint8Array, but: string | undefined): void {
  for (const session of sessions) if (session.resource !== but) session.send(frame)
}

/** Brings accepted messages to the devices of their receivers. Who is offline gets nothing, now or later. */
export function userFanOut(
  { live }: Pick<Parts, 'live'>,
  sent: RecentMessages,
  messageLog: MessageLog,
  others: (message: UserMessage) => void,
) {
  const remembered = ({ app, sender, client, recalls, to }: UserMessage) =>
    to.map(([username, id]) => ({
      app,
      room: placeOfUser(username),
      id: BigInt(id),
      sender,
      client,
      recalls,
    }))

  /** Hands a message to the devices that are connected to this node. */
  function here(message: UserMessage): void {
    const { app, sender, resource, to, copiedTo, isRemembered } = message
    if (isRemembered) for (const each of remembered(message)) sent.add(each)
    // Most receivers are connected to another node, or to none: the message is read for the first that is here.
    let meta: Meta | undefined
    const also = copiedTo === undefined ? undefined : live.user(app, copiedTo)
    for (const [username, id] of to) {
      const user = live.user(app, username)
      if (!user && !also) continue
      meta ??= Meta.decode(message.meta)
      if (user) {
        const frame = userMessage(meta, BigInt(id), username, sender)
        sendAll(user, frame, username === sender ? resource : undefined)
      }
      if (!also || username === copiedTo) continue
      const copy = userMessage(meta, BigInt(id), username, username)
      sendAll(also, copy, copiedTo === sender ? resource : undefined)
    }
  }

  return {
    here,

    /** Hands a message that this node has accepted to its receivers, on whatever node. */
    everywhere(message: UserMessage): void {
      here(message)
      if (message.isRemembered) for (const each of remembered(message)) messageLog.add(each)
      others(message)
    },
  }
}

export type UserFanOut = ReturnType<typeof userFanOut>
