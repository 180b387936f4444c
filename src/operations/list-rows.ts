import { type TSchema, Type as t } from '@sinclair/typebox'
import { exactly, RoomId, says } from './schemas.ts'
import type { Outcome } from './user-batches.ts'

/** A row of the block or allow list; the room's id stands under both of its names: server SDKs read the one, the web SDK the other. */
const rowSchema = (action: string) =>
  exactly({
    result: t.Boolean({ examples: [true] }),
    action: t.Literal(action),
    reason: t.Optional(t.String(says('Why not; only then.', '未成功的原因；仅在未成功时返回。'))),
    user: t.String({ examples: ['bob'] }),
    chatroomid: RoomId,
    id: RoomId,
  })

/** One row, or an array of them. */
export const oneOrRows = (action: string): TSchema => t.Union([rowSchema(action), t.Array(rowSchema(action))])

export const rows = (action: string): TSchema => t.Array(rowSchema(action))

/** The response about one user. */
export const rowOf = (action: string, room: string, { user, reason }: Outcome) => ({
  result: reason === undefined,
  action,
  ...(reason === undefined ? {} : { reason }),
  user,
  chatroomid: room,
  id: room,
})

/** One row stands alone, but in an array for the web SDK (`version=v3`). */
export const single = (query: URLSearchParams, row: object): object =>
  query.get('version') === 'v3' ? [row] : row
