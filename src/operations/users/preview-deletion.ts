import { Type as t } from '@sinclair/typebox'
import { userNotFound } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { action, type Transaction, write } from '../operation.ts'
import { badLimit, cursorParameter, limitOf, limitParameter } from '../parameters.ts'
import { removeRoom } from '../rooms/dissolve-room.ts'
import { memberCount, RoomName } from '../rooms/schemas.ts'
import { handToSuccessor } from '../rooms/succession.ts'
import { exactly, RoomId, says, UserId } from '../schemas.ts'
import { lockedUser } from './locked-user.ts'

const page = { default: limits.deletedRooms.value, most: limits.deletedRooms.value }

const Row = exactly({
  id: RoomId,
  name: RoomName,
  affiliations_count: memberCount,
  outcome: t.Union([t.Literal('dissolved'), t.Literal('transferred')], {
    ...says('What would become of it.', '将如何处理。'),
    examples: ['dissolved'],
  }),
  newowner: t.Optional(UserId),
})

interface Asked {
  username: string
  /** Id of the last room before. */
  after: string | undefined
  limit: number
}

/** Does to rooms of a user what its deletion does, so that a rehearsal shows it. */
const giveUpRooms = write({
  id: 'giveUpRooms',
  allowed: appOnly,

  async run(transaction: Transaction, { username, after, limit }: Asked) {
    const { app, store } = transaction
    const user = await lockedUser(transaction, username)
    const ids = await store.rooms.ownedRooms(app.id, user.username, limit + 1, after)
    const rooms = []
    for (const id of ids.slice(0, limit)) {
      const room = await store.rooms.findRoom(app.id, id)
      if (!room) continue
      const { name, memberCount: affiliations_count } = room
      if (await handToSuccessor(transaction, room)) {
        const newowner = (await store.rooms.findRoom(app.id, id))?.owner ?? ''
        rooms.push({ id, name, affiliations_count, outcome: 'transferred' as const, newowner })
      } else {
        await removeRoom(transaction, room)
        rooms.push({ id, name, affiliations_count, outcome: 'dissolved' as const })
      }
    }
    return { rooms, last: ids.length > limit ? ids[limit - 1] : undefined }
  },
})

const listOf = (username: string): string => `deletion:${username}`

/** Lists the rooms that would be dissolved or handed over if a user was deleted. */
const previewDeletion = action({
  id: 'previewDeletion',
  routes: ['GET /users/:username/deletion_preview'],
  tag: 'users',
  summary: {
    en: 'List the rooms that would go if a user was deleted',
    zh: '预览删除用户时将解散或转让的聊天室',
  },
  description: {
    en: 'All rooms that the user owns, the oldest first, by the rule `ownerSuccession` of the app. Nothing is changed.',
    zh: '该用户拥有的全部聊天室，最早创建的在前，按应用设置 `ownerSuccession` 处理。不做任何修改。',
  },
  allowed: appOnly,
  parameters: [limitParameter(page), cursorParameter],
  response: { users: true, data: t.Array(Row), count: true, cursor: true },
  failures: [userNotFound, badLimit, badCursor],
  input: ({ app, params, query }): Asked => {
    const username = foldUsername(params.username)
    return {
      username,
      after: openCursor(app, listOf(username), query.get('cursor')),
      limit: limitOf(query, page),
    }
  },
  run: async ({ app, caller, services }, asked) =>
    (await services.rehearse(app.id, caller, giveUpRooms, asked)).output,

  reply: ({ rooms, last }, { username }, { app }) => ({
    data: rooms,
    count: rooms.length,
    cursor: last && sealCursor(app, listOf(username), last),
  }),
})

export const deletionPreview = [giveUpRooms, previewDeletion] as const
