import { Type as t } from '@sinclair/typebox'
import { type Attribute, earlierAttributes, whyNotSet } from '../../domain/attributes.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import { attributeWriters } from '../allowed.ts'
import { type InRoom, type Transaction, writeRoom } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import { checkKeys, type KeyOutcome, keyFailures, KeyOutcome as Outcome, requireInRoom } from './keys.ts'

const batch = limits.attributesSet.value
const longestKey = limits.attributeKey.value
const longestValue = limits.attributeValue.value

interface Input {
  room: string
  username: string
  values: Record<string, string>
  /** Whether they are removed when `username` leaves the room. */
  autoDelete: boolean
}

/** Sets attributes in the name of a member; each key fares on its own. `forced` overwrites what others set. */
async function set(
  transaction: Transaction & InRoom,
  { username, values, autoDelete }: Input,
  forced: boolean,
): Promise<KeyOutcome> {
  const { app, caller, store, room, emit } = transaction
  checkKeys(Object.keys(values), 'metaData')
  await requireInRoom(transaction, username)

  const known = new Map((await store.attributes.attributes(app.id, room.id)).map((each) => [each.name, each]))
  const errors: [key: string, reason: string][] = []
  const stored: Attribute[] = []
  let count = known.size
  for (const [name, value] of Object.entries(values)) {
    const reason = whyNotSet([name, value], known.get(name), { username, forced, caller }, count)
    if (reason !== undefined) {
      errors.push([name, reason])
      continue
    }
    if (!known.has(name)) count += 1
    stored.push({ name, value, owner: username, autoDelete })
  }
  const outcome = { successKeys: stored.map(({ name }) => name), errorKeys: Object.fromEntries(errors) }
  if (stored.length === 0) return outcome
  await store.attributes.setAttributes(app.id, room.id, stored)
  const attributes = Object.fromEntries(stored.map(({ name, value }) => [name, value]))
  const before = earlierAttributes(stored.flatMap(({ name }) => known.get(name) ?? []))
  emit({ type: 'attributes.set', attributes, username, autoDelete, forced, before })
  return outcome
}

const shared = {
  tag: 'attributes',
  allowed: attributeWriters,
  body: loosely({
    metaData: t.Record(t.String(), t.String(), {
      ...says(
        `At most ${batch} keys (${longestKey} of A-Z, a-z, 0-9, "_", "-", ".") with texts of at most ${longestValue} characters.`,
        `最多 ${batch} 个键（最长 ${longestKey} 位，可用 A-Z、a-z、0-9、"_"、"-"、"."），值最长 ${longestValue} 个字符。`,
      ),
      examples: [{ mood: 'calm' }],
      ...bounds({
        minProperties: 1,
        maxProperties: batch,
        propertyNames: { pattern: `^[A-Za-z0-9_.-]{1,${longestKey}}$` },
        additionalProperties: { type: 'string', maxLength: longestValue },
      }),
    }),
    autoDelete: t.Optional(
      t.String(
        says(
          '`DELETE` (default): removed when the setter leaves; or `NO_DELETE`.',
          '`DELETE`（默认）：设置者退出时删除；或 `NO_DELETE`。',
        ),
      ),
    ),
  }),
  response: { data: Outcome, metadata: 'written' },
  failures: [...keyFailures],
} as const

const inputOf = (
  { chatroom_id, username }: { chatroom_id: string; username: string },
  { metaData, autoDelete }: { metaData: Record<string, string>; autoDelete?: string },
): Input => ({
  room: chatroom_id,
  username: foldUsername(username),
  values: metaData,
  autoDelete: autoDelete !== 'NO_DELETE',
})

/** Sets custom attributes in the name of a member, but none that others set. */
export const setAttributes = writeRoom({
  ...shared,
  id: 'setAttributes',
  routes: ['PUT /metadata/chatroom/:chatroom_id/user/:username'],
  summary: { en: 'Set custom attributes', zh: '设置自定义属性' },
  input: ({ params, body }) => inputOf(params, body),
  about: ({ username }) => [username],
  run: (transaction, input) => set(transaction, input, false),
})

/** The same, also those that others set. */
export const forceAttributes = writeRoom({
  ...shared,
  id: 'forceAttributes',
  routes: ['PUT /metadata/chatroom/:chatroom_id/user/:username/forced'],
  summary: {
    en: 'Set custom attributes, also those that others set',
    zh: '强制设置自定义属性（可覆盖他人设置的）',
  },
  input: ({ params, body }) => inputOf(params, body),
  about: ({ username }) => [username],
  auditedAs: () => 'setAttributes',
  run: (transaction, input) => set(transaction, input, true),
})
