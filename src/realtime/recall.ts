import type { App } from '../domain/app.ts'
import type { Failure } from '../domain/failure.ts'
import { historyTerms } from '../domain/history.ts'
import { isTooOldToRecall } from '../domain/message-ids.ts'
import type { Recalled, Recalls } from '../domain/recall.ts'
import { elsewhere, notFoundToRecall, tooLateToRecall } from '../domain/recall-failures.ts'
import { isRecorded } from '../domain/recorded-rooms.ts'
import { isPlaceOfUser, placeOfUser } from '../domain/relayed-message.ts'
import { foldUsername, isUsername } from '../domain/user.ts'
import type { History } from '../operations/services.ts'
import { metaOfUserMessage, roomMessage } from './encode.ts'
import type { FanOut } from './fan-out.ts'
import type { FindOriginal } from './find-original.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  type MessageBody,
  MessageBody_Content_Type,
  MessageBody_Type,
} from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { RecentMessage } from './recent-messages.ts'
import type { UserFanOut } from './to-users.ts'

/** The number of a message as clients know it; undefined for what they cannot. */
const numberOf = (id: string): bigint | undefined =>
  /^\d{1,20}$/.test(id) && BigInt(id) < 2n ** 64n ? BigInt(id) : undefined

const bodyOf = (id: bigint): MessageBody => ({
  type: MessageBody_Type.RECALL,
  ackMessageId: id,
  contents: [{ type: MessageBody_Content_Type.TEXT }],
})

const extOf = (extension: string | undefined): KeyValue[] | undefined =>
  extension === undefined
    ? undefined
    : [{ key: 'recallMessageExtensionInfo', type: Kind.STRING, stringValue: extension }]

const placeOf = (type: Recalled['type'], to: string): string =>
  type === 'chat' ? placeOfUser(foldUsername(to)) : to

/** Recalls of the app's own server: of whatever sender, and with `force` of whatever age. */
export function recalling(
  { store, now, newId, history }: Pick<Parts, 'store' | 'now' | 'newId'> & { history: History },
  {
    find,
    fanOut,
    fanOutToUsers,
  }: {
    find: FindOriginal
    fanOut: Pick<FanOut, 'everywhere'>
    fanOutToUsers: Pick<UserFanOut, 'everywhere'>
  },
): Recalls {
  async function refusal(app: App, { id, to, type, force }: Recalled): Promise<Failure | undefined> {
    const number = Number(numberOf(id) ?? Number.NaN)
    const original = await originalOf(app, type, number)
    if (original) return original.room === placeOf(type, to) ? undefined : elsewhere()
    if (force) return undefined
    if (type !== 'groupchat' && Number.isSafeInteger(number) && isTooOldToRecall(number, now()))
      return tooLateToRecall()
    return notFoundToRecall()
  }

  /** A message of this app: a forced recall may name any number. */
  async function originalOf(
    app: App,
    type: Recalled['type'],
    number: number,
  ): Promise<RecentMessage | undefined> {
    const original = type === 'groupchat' ? undefined : await find(app.id, number)
    if (!original || original === 'recalled' || original.app !== app.id) return undefined
    return isPlaceOfUser(original.room) === (type === 'chat') ? original : undefined
  }

  /** What is recalled by force may be older than what is remembered for recalls. */
  async function isInHistory(app: App, room: string, id: number): Promise<boolean> {
    if (!Number.isSafeInteger(id)) return false
    if (await store.pins.findPin(app.id, room, id)) return true
    if (app.settings.historyDays === 0) return false
    const [found] = await history.find(app.id, [id])
    return found?.room === room
  }

  /** Notifies the receiver of a message, and the devices of its sender. */
  function recallOfUser(
    app: App,
    number: bigint,
    original: RecentMessage | undefined,
    recalled: Recalled,
  ): void {
    const { to, from: sender, extension } = recalled
    const at = now()
    fanOutToUsers.everywhere({
      app: app.id,
      sender,
      resource: undefined,
      to: [[foldUsername(to), Number(newId(at))]],
      copiedTo: original?.sender ?? sender,
      isRemembered: true,
      client: undefined,
      recalls: original ? Number(number) : undefined,
      meta: metaOfUserMessage({ sender, resource: undefined, at }, bodyOf(number), extOf(extension)),
    })
  }

  async function recall(app: App, recalled: Recalled): Promise<void> {
    const { id, to: room, type, from: sender, extension } = recalled
    const number = numberOf(id)
    if (number === undefined) return
    const original = await originalOf(app, type, Number(number))
    if (type === 'chat' && isUsername(room)) recallOfUser(app, number, original, recalled)
    if (type !== 'chatroom' || !(await store.rooms.findRoom(app.id, room))) return
    const isStored = original?.room === room || (await isInHistory(app, room, Number(number)))
    const at = now()
    const event = newId(at)
    fanOut.everywhere({
      app: app.id,
      room,
      id: event,
      sender,
      client: undefined,
      recalls: isStored ? Number(number) : undefined,
      history: historyTerms(app.settings),
      callbackSource: isRecorded(app, room) ? 'rest' : undefined,
      directed: undefined,
      frame: roomMessage(
        { id: event, room, sender, resource: undefined, at },
        bodyOf(number),
        extOf(extension),
      ),
    })
  }

  return { refusal, recall }
}
