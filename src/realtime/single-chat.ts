import type { UserMessage } from '../domain/relayed-message.ts'
import type { ReadStore } from '../store/store.ts'
import { memberTags } from './accept.ts'
import { isMutedInApp, mutedInApp } from './app-mutes.ts'
import { recallRefusals } from './authorise.ts'
import type { Incoming } from './decode.ts'
import { failed, metaOfUserMessage, type Refusal } from './encode.ts'
import type { FindOriginal, Original } from './find-original.ts'
import { Meta_RouteType, Status_ErrorCode, MessageBody_Type as Type } from './generated/protocol.ts'
import type { Moderate } from './moderate.ts'
import type { Parts } from './parts.ts'
import type { UserFanOut } from './to-users.ts'

/** Clients distinguish these by code and text (client protocol: refusals of a message; single chat: no offline store). */
const refusals = {
  noUser: failed("the username doesn't exist!"),
  offline: { code: Status_ErrorCode.PERMISSION_DENIED_EXTERNAL, reason: 'user is offline' },
}

const receipts = new Set<Type | undefined>([Type.READ_ACK, Type.DELIVER_ACK])

interface Given {
  findOriginal: FindOriginal
  /** Those of some users that are connected, to whatever node. */
  online(app: number, usernames: string[]): Set<string> | Promise<Set<string>>
  moderate: Moderate
  fanOut: UserFanOut
}

/** What a message became: the id that it got, and when, or why it was refused. */
export type Outcome = { id: bigint; atMs: number } | Refusal

/** Messages of a client to one user: to whoever is online, for nothing is stored for those who are not. */
export function singleChat(
  {
    store,
    live,
    now,
    newId,
    counters,
  }: Pick<Parts, 'live' | 'now' | 'newId' | 'counters'> & {
    store: Pick<ReadStore, 'users' | 'appMutes'>
  },
  { findOriginal, online, moderate, fanOut }: Given,
) {
  /** Why a message does not reach its receiver; a sender that wants online delivery only is not notified. */
  async function absent({ session, meta }: Incoming, username: string): Promise<Refusal | undefined> {
    const { app } = session.user
    if ((await online(app, [username])).has(username)) return undefined
    if (!(await store.users.findUser(app, username))) return refusals.noUser
    return meta.routetype === Meta_RouteType.ROUTE_ONLINE ? undefined : refusals.offline
  }

  function checkRecall({ session, room }: Incoming, original: Original): Refusal | undefined {
    if (!original || original === 'recalled') return recallRefusals.tooLate
    if (original.app !== session.app.id || original.room !== room) return recallRefusals.tooLate
    return original.sender === session.user.username ? undefined : recallRefusals.notTheirs
  }

  const checkReceiver = (message: Incoming, username: string): undefined | Promise<Refusal | undefined> =>
    live.user(message.session.user.app, username) ? undefined : absent(message, username)

  function check(message: Incoming, username: string): Refusal | undefined | Promise<Refusal | undefined> {
    const { session, body, recalls } = message
    const { app } = session.user
    if (recalls !== undefined) {
      const original = findOriginal(app, recalls)
      return original instanceof Promise
        ? original.then((known) => checkRecall(message, known))
        : checkRecall(message, original)
    }
    // A receipt that nobody is there for is of no use, and no failure of the one who sends it.
    if (receipts.has(body.type)) return undefined
    const isMuted = isMutedInApp(store, session.user, 'chat', now())
    if (isMuted instanceof Promise)
      return isMuted.then((known) => (known ? mutedInApp : checkReceiver(message, username)))
    return isMuted ? mutedInApp : checkReceiver(message, username)
  }

  function accept(message: Incoming, username: string, refusal: Refusal | undefined): Outcome {
    if (refusal) return refusal
    const { session, meta, body, client, recalls } = message
    const { user, resource } = session
    const isReceipt = receipts.has(body.type)
    const atMs = now()
    const id = newId(atMs)
    const words = moderate(message, id)
    if (words) return words
    const relayed: UserMessage = {
      app: user.app,
      sender: user.username,
      resource,
      to: [[username, Number(id)]],
      copiedTo: isReceipt ? undefined : user.username,
      isRemembered: !isReceipt,
      client,
      recalls,
      meta: metaOfUserMessage({ sender: user.username, resource, at: atMs }, body, memberTags(meta.ext)),
    }
    counters.messages += 1
    fanOut.everywhere(relayed)
    return { id, atMs }
  }

  /** Hands a message to its receiver, if that can be. */
  return (message: Incoming, username: string): Outcome | Promise<Outcome> => {
    const refusal = check(message, username)
    return refusal instanceof Promise
      ? refusal.then((known) => accept(message, username, known))
      : accept(message, username, refusal)
  }
}
