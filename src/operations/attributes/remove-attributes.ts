import { earlierAttributes, othersKeyFor } from '../../domain/attributes.ts'
import { foldUsername } from '../../domain/user.ts'
import { attributeWriters } from '../allowed.ts'
import { type InRoom, type Transaction, writeRoom } from '../operation.ts'
import {
  checkKeys,
  type KeyOutcome,
  Keys,
  keyFailures,
  KeyOutcome as Outcome,
  requireInRoom,
} from './keys.ts'

interface Input {
  room: string
  username: string
  keys: string[]
}

/** Removes attributes; `forced` also those that others set, for a user who need not be in the room. */
async function remove(
  transaction: Transaction & InRoom,
  { username, keys }: Input,
  forced: boolean,
): Promise<KeyOutcome> {
  const { app, caller, store, room, emit } = transaction
  checkKeys(keys, 'keys')
  if (!forced) await requireInRoom(transaction, username)

  const known = await store.attributes.attributes(app.id, room.id, keys)
  const others = new Set(
    forced ? [] : known.filter(({ owner }) => owner !== username).map(({ name }) => name),
  )
  const removed = known.map(({ name }) => name).filter((name) => !others.has(name))
  if (removed.length > 0) {
    await store.attributes.removeAttributes(app.id, room.id, removed)
    const before = earlierAttributes(known.filter(({ name }) => !others.has(name)))
    emit({ type: 'attributes.removed', keys: removed, before })
  }
  return {
    successKeys: keys.filter((key) => !others.has(key)),
    errorKeys: Object.fromEntries([...others].map((key) => [key, othersKeyFor(caller)])),
  }
}

const shared = {
  tag: 'attributes',
  allowed: attributeWriters,
  body: Keys,
  response: { data: Outcome, metadata: 'removed' },
  failures: [...keyFailures],
} as const

const inputOf = (
  { chatroom_id, username }: { chatroom_id: string; username: string },
  keys: string[],
): Input => ({ room: chatroom_id, username: foldUsername(username), keys: [...new Set(keys)] })

/** Removes custom attributes that a member set itself. */
export const removeAttributes = writeRoom({
  ...shared,
  id: 'removeAttributes',
  routes: ['DELETE /metadata/chatroom/:chatroom_id/user/:username'],
  summary: { en: 'Remove custom attributes', zh: '删除自定义属性' },
  input: ({ params, body }) => inputOf(params, body.keys),
  about: ({ username }) => [username],
  run: (transaction, input) => remove(transaction, input, false),
})

/** The same, also those that others set. */
export const forceRemoveAttributes = writeRoom({
  ...shared,
  id: 'forceRemoveAttributes',
  routes: ['DELETE /metadata/chatroom/:chatroom_id/user/:username/forced'],
  summary: {
    en: 'Remove custom attributes, also those that others set',
    zh: '强制删除自定义属性（可删除他人设置的）',
  },
  input: ({ params, body }) => inputOf(params, body.keys),
  about: ({ username }) => [username],
  auditedAs: () => 'removeAttributes',
  run: (transaction, input) => remove(transaction, input, true),
})
