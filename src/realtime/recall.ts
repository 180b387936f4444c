import type { App } from '../domain/app.ts'
import type { Failure } from '../domain/failure.ts'
import type { Recalled, Recalls } from '../domain/recall.ts'
import { elsewhere, notFoundToRecall, tooLateToRecall } from '../domain/recall-failures.ts'
import { roomMessage } from './encode.ts'
import type { FanOut } from './fan-out.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  type MessageBody,
  MessageBody_Content_Type,
  MessageBody_Type,
} from './generated/protocol.ts'
import { type FindOriginal, isTooOld } from './originals.ts'
import type { Parts } from './parts.ts'

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

/** Recalls of the app's own server: of whatever sender, and with `force` of whatever age. */
export function recalling(
  { store, now, newId }: Pick<Parts, 'store' | 'now' | 'newId'>,
  { find, fanOut }: { find: FindOriginal; fanOut: FanOut },
): Recalls {
  async function refusal(app: App, { id, to, type, force }: Recalled): Promise<Failure | undefined> {
    const number = Number(numberOf(id) ?? Number.NaN)
    const original = type === 'chatroom' ? await find(app.id, number) : undefined
    if (typeof original === 'object' && original.app === app.id)
      return original.room === to ? undefined : elsewhere()
    if (force) return undefined
    if (type === 'chatroom' && Number.isSafeInteger(number) && isTooOld(number, now()))
      return tooLateToRecall()
    return notFoundToRecall()
  }

  async function recall(app: App, { id, to: room, type, from, extension }: Recalled): Promise<void> {
    const number = numberOf(id)
    if (number === undefined || type !== 'chatroom' || !(await store.rooms.findRoom(app.id, room))) return
    // A forced recall may name any number: what is noted as recalled must be a message of this app.
    const original = await find(app.id, Number(number))
    const isKnown = typeof original === 'object' && original.app === app.id
    const at = now()
    const event = newId(at)
    const sender = from
    fanOut.everywhere({
      app: app.id,
      room,
      id: event,
      sender,
      client: undefined,
      recalls: isKnown ? Number(number) : undefined,
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
