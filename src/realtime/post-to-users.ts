import { limits } from '../domain/limits.ts'
import type { PostToUsers } from '../domain/posted-message.ts'
import { checkUsername, foldUsername, isUsername } from '../domain/user.ts'
import { bytesOf } from './bytes.ts'
import { bodyOf } from './content.ts'
import { metaOfUserMessage } from './encode.ts'
import { MessageBody, MessageBody_Type } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { UserFanOut } from './to-users.ts'

/** Sends messages of an app's own server to users; who is offline, or not registered, gets nothing. */
export const postingToUsers =
  (
    { counters, now, newId }: Pick<Parts, 'counters' | 'now' | 'newId'>,
    fanOut: Pick<UserFanOut, 'everywhere'>,
  ): PostToUsers =>
  async (app, posted) => {
    const sender = checkUsername(posted.from ?? 'admin')
    const body = bodyOf(MessageBody_Type.CHAT, sender, posted)
    if (bytesOf(MessageBody, body).length > limits.messageBytes.value) throw posted.tooLarge()
    const at = now()
    const ids = new Map<string, number>()
    for (const username of posted.to.map(foldUsername))
      if (!ids.has(username)) ids.set(username, Number(newId(at)))
    const to = [...ids].filter(([username]) => isUsername(username))
    counters.messages += to.length
    fanOut.everywhere({
      app: app.id,
      sender,
      resource: undefined,
      to,
      copiedTo: posted.sync_device ? sender : undefined,
      isRemembered: true,
      client: undefined,
      recalls: undefined,
      meta: metaOfUserMessage({ sender, resource: undefined, at }, body, undefined),
    })
    return Object.fromEntries(posted.to.map((given) => [given, String(ids.get(foldUsername(given)))]))
  }
