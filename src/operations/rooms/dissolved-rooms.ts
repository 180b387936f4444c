import { Type as t } from '@sinclair/typebox'
import { appKey } from '../../domain/app.ts'
import type { AppSettings } from '../../domain/app-settings.ts'
import { failure, isBlocked, userMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { checkTransfer, joinedTooMany, tooManyRooms, transferFailures } from '../../domain/room.ts'
import { hourMs } from '../../domain/time.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly, appOnlyOfRooms } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { liveAgain } from '../lifecycle/restored.ts'
import { read, type Transaction, write } from '../operation.ts'
import { badLimit, cursorParameter, inQuery, limitOf, limitParameter } from '../parameters.ts'
import { checkRoomsPerUser, dropAttributes } from '../room-members.ts'
import { exactly, milliseconds, RoomId, UserId } from '../schemas.ts'
import { memberCount, RoomName } from './schemas.ts'
import { handToSuccessor } from './succession.ts'
import { handOver } from './transfer-room.ts'

const notDissolved = failure('resource_not_found', 'no dissolved chat room {chatroom_id} can be restored', {
  en: 'no chat room of this id was dissolved within `undoHours`',
  zh: '`undoHours` 时长内没有解散过该 ID 的聊天室',
  lift: {
    en: 'name a chat room of the list of those that can be restored',
    zh: '使用可恢复列表中的聊天室 ID',
    calls: ['listDissolvedRooms'],
  },
})

const page = { default: 20, most: limits.roomsPage.value }

/** Since when (µs) rooms must have been dissolved that can be restored. */
const horizonUs = ({ undoHours }: AppSettings, now: number): number => (now - undoHours * hourMs) * 1000

/** Lists rooms that can be restored. */
export const listDissolvedRooms = read({
  id: 'listDissolvedRooms',
  routes: ['GET /chatrooms/deleted'],
  tag: 'rooms',
  summary: { en: 'List dissolved chat rooms that can be restored', zh: '获取可恢复的已解散聊天室' },
  description: {
    en: 'The latest first. `restorable_until` follows from `undoHours` of the app as it is now.',
    zh: '最近解散的在前。`restorable_until` 按应用当前的 `undoHours` 计算。',
  },
  allowed: appOnlyOfRooms,
  parameters: [limitParameter(page), cursorParameter],
  response: {
    data: t.Array(
      exactly({
        id: RoomId,
        name: RoomName,
        owner: UserId,
        affiliations_count: memberCount,
        dissolved: milliseconds('When it was dissolved, Unix ms.', '解散时间，Unix 毫秒时间戳。'),
        restorable_until: milliseconds('Until when, Unix ms.', '可恢复的截止时间，Unix 毫秒时间戳。'),
      }),
    ),
    count: true,
    cursor: true,
    params: true,
  },
  failures: [badLimit, badCursor],
  input: ({ query }) => ({ query }),

  async run({ app, store, now }, { query }) {
    const limit = limitOf(query, page)
    const from = openCursor(app, 'dissolved', query.get('cursor'))
    const [dissolved, id = ''] = from?.split(':') ?? []
    const position = dissolved === undefined ? undefined : { dissolvedUs: Number(dissolved), id }
    const rows = await store.dissolved.listDissolved(
      app.id,
      limit + 1,
      horizonUs(app.settings, now),
      position,
    )
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    const hasMore = rows.length > limit && last
    const data = shown.map((room) => {
      const dissolvedMs = Math.floor(room.dissolvedUs / 1000)
      return {
        id: room.id,
        name: room.name,
        owner: room.owner,
        affiliations_count: room.memberCount,
        dissolved: dissolvedMs,
        restorable_until: dissolvedMs + app.settings.undoHours * hourMs,
      }
    })
    const cursor = hasMore ? sealCursor(app, 'dissolved', `${last.dissolvedUs}:${last.id}`) : undefined
    return { data, count: data.length, cursor }
  },

  reply: (found) => found,
})

/** Those of `usernames` that are the users they were, and cannot be deleted until the transaction ends. */
async function whoIsThere(
  { app, store }: Transaction,
  usernames: string[],
  sinceUs: number,
): Promise<Set<string>> {
  const names = [...new Set(usernames)]
  const known = await store.users.lockUsers(app.id, names, app.settings.roomsPerUser !== null)
  const others = new Set(await store.dissolved.deletedSince(app.id, names, sinceUs))
  return new Set(known.filter((username) => !others.has(username)))
}

/** Hands a restored room over where another owner is asked for, or the one it had is no more. */
async function settleOwner(
  transaction: Transaction,
  id: string,
  asked: string | undefined,
  there: Set<string>,
): Promise<void> {
  const room = await transaction.store.rooms.findRoom(transaction.app.id, id)
  if (!room) return
  const owner = asked ?? room.owner
  if (!asked && !there.has(owner)) {
    if (await handToSuccessor(transaction, room)) return
    throw userMissing({ username: owner })
  }
  if (owner === room.owner && there.has(owner)) return
  // One who registered under the name of an owner that was deleted may have the room, too.
  await handOver(transaction, room, owner, (isMember) =>
    checkTransfer('sdk', { ...room, owner: '' }, owner, isMember),
  )
}

/** Undoes that a room was dissolved. Users who were deleted since then do not come back. */
export const restoreRoom = write({
  id: 'restoreRoom',
  routes: ['POST /chatrooms/:chatroom_id/restore'],
  tag: 'rooms',
  summary: { en: 'Restore a dissolved chat room', zh: '恢复已解散的聊天室' },
  description: {
    en: 'Members, roles, lists, mutes, attributes, announcement, pins, files and history are as they were, but for users that were deleted. Clients that are connected join again.',
    zh: '成员、角色、名单、禁言、属性、公告、置顶、文件和历史消息恢复原样，已删除的用户除外。在线客户端需重新加入。',
  },
  allowed: appOnlyOfRooms,
  parameters: [
    inQuery(
      'owner',
      'Who owns it from then on; needed where the owner was deleted and `ownerSuccession` of the app names nobody.',
      '恢复后的所有者；原所有者已被删除，且应用设置 `ownerSuccession` 未确定接管者时必填。',
      { type: 'string' },
    ),
  ],
  response: { data: exactly({ success: t.Literal(true), id: RoomId }) },
  failures: [notDissolved, tooManyRooms, joinedTooMany, userMissing, isBlocked, ...transferFailures],
  input: ({ params, query }) => ({
    room: params.chatroom_id,
    owner: query.get('owner') ? foldUsername(query.get('owner') ?? '') : undefined,
  }),

  async run(transaction, { room: id, owner }) {
    const { app, store, now, emit } = transaction
    const stored = await store.dissolved.lockDissolved(app.id, id, horizonUs(app.settings, now))
    if (!stored) throw notDissolved({ chatroom_id: id })
    const { members, reports } = stored
    const people = [
      stored.owner,
      ...members.map(([username]) => username),
      ...reports.flatMap(({ username, sender }) => [username, sender]),
    ]
    const there = await whoIsThere(transaction, people, stored.dissolvedUs)
    const back = members.filter(([username]) => there.has(username))
    const names = back.map(([username]) => username).sort()
    await checkRoomsPerUser(transaction, names, joinedTooMany)
    if (app.settings.rooms !== null && (await store.quotas.takeQuota(app.id, 'rooms', 1)) === 0)
      throw tooManyRooms({ app_key: appKey(app) })
    await store.dissolved.restore(app.id, {
      ...stored,
      members: back,
      reports: reports.filter(
        ({ username, sender }) => there.has(username) && (sender === '' || there.has(sender)),
      ),
    })
    const told = app.callbacks === 0 ? {} : { members: names.slice(0, limits.callbackMembers.value) }
    emit({ type: 'room.restored', owner: stored.owner, memberCount: names.length, ...told }, id)
    const gone = members.filter(([username]) => !there.has(username)).map(([username]) => username)
    if (gone.length > 0) await dropAttributes(transaction, id, gone)
    await settleOwner(transaction, id, owner, there)
    await liveAgain(transaction, id)
    return { success: true, id }
  },
})

/** Rooms and rows that one transaction removes: few enough that no write waits for it. */
export const prunedRooms = 100

/** Removes what is left of rooms that can no longer be restored; returns `prunedRooms` while there is more. */
export const pruneDissolvedRooms = write({
  id: 'pruneDissolvedRooms',
  allowed: appOnly,
  run: async ({ app, store }, { beforeMs }: { beforeMs: number }) =>
    (await store.dissolved.pruneDissolved(app.id, beforeMs * 1000, prunedRooms)) ? prunedRooms : 0,
})
