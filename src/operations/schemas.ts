import { KindGuard, type TSchema, Type as t } from '@sinclair/typebox'
import type { Text } from '../domain/text.ts'

/** Explains a schema in both languages; the API description shows it as `description`. */
export const says = (en: string, zh: string): { says: Text } => ({ says: { en, zh } })

/** What a success envelope holds beside the fields that all have. */
export interface Envelope {
  data?: TSchema
  /** The response is a list with its count; `of arrays` where `data` is not always one. */
  count?: boolean | 'of arrays'
  /** The response says how many there are on all pages where it is asked. */
  total?: boolean
  /** The response has a cursor unless it is the last page. */
  cursor?: boolean
  /** The query is echoed. */
  params?: boolean
  /** The call is about users, and has `path`. */
  users?: boolean
  /** The call has a `path` of its own. */
  path?: '/push' | '/mutes'
  /** `path` is that of the call itself, below the app. */
  ownPath?: boolean
  /** The service of user attributes sends `timestamp`, `data` and `duration` alone. */
  bare?: boolean
  /** The service of custom attributes returns `status`, and its own address in `uri`. */
  metadata?: 'read' | 'written' | 'removed'
  /** What `entities` holds; nothing on calls about chat rooms. */
  entities?: TSchema
}

/** Whether a response stands in the envelope; a schema is the whole response. */
export const isEnvelope = (response: Envelope | TSchema): response is Envelope =>
  !KindGuard.IsSchema(response)

/** A moment, in Unix ms. */
export const milliseconds = (en: string, zh: string) =>
  t.Integer({ ...says(en, zh), examples: [1767225600123] })

export const UserId = t.String({ ...says('User id, in lower case.', '用户 ID，小写。'), examples: ['alice'] })
export const RoomId = t.String({ ...says('Chat room id.', '聊天室 ID。'), examples: ['248710559375361'] })

/** An object with these fields and no others. */
export const exactly = <P extends Record<string, TSchema>>(properties: P, options = {}) =>
  t.Object(properties, { additionalProperties: false, ...options })

/** An object whose other fields are ignored, as clients send some. */
export const loosely = <P extends Record<string, TSchema>>(properties: P, options = {}) =>
  t.Object(properties, { additionalProperties: true, ...options })

/** A body that names users. */
export const Usernames = loosely({
  usernames: t.Array(t.String(), { ...says('User ids.', '用户 ID 列表。'), examples: [['alice', 'bob']] }),
})

/** User ids in a body, at most so many; the rule that refuses more has a text of its own. */
export const usernamesUpTo = (most: number) =>
  t.Array(t.String(), {
    ...says(`At most ${most} user ids.`, `最多 ${most} 个用户 ID。`),
    examples: [['bob']],
    ...bounds({ minItems: 1, maxItems: most }),
  })

/**
 * Bounds of a field that the API description shows. The check of bodies does not see them: the rule that enforces them
 * has a text of its own, which is part of the API.
 */
export const bounds = (shown: object): { 'x-bounds': object } => ({ 'x-bounds': shown })

/** A user id as clients may write it. */
export const userIdPattern = '^[A-Za-z0-9_.-]{1,64}$'

export const sampleUuid = '5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911'
