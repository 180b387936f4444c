import { type Static, Type as t } from '@sinclair/typebox'
import { type App, appKey } from '../../domain/app.ts'
import type { Dialect } from '../../domain/dialect.ts'
import { userMissing } from '../../domain/failures.ts'
import { firstLook, lifecycleFailures } from '../../domain/lifecycle.ts'
import { limits } from '../../domain/limits.ts'
import {
  draftFailures,
  idTaken,
  joinedTooMany,
  type NewRoom,
  newRoom,
  tooManyRooms,
} from '../../domain/room.ts'
import { superAdmins } from '../allowed.ts'
import { givenLifecycle, lifecycleFields } from '../lifecycle/schemas.ts'
import { write } from '../operation.ts'
import { checkRoomsPerUser, checkUsersExist } from '../room-members.ts'
import { bounds, exactly, loosely, RoomId, says, userIdPattern } from '../schemas.ts'
import { descriptionBounds, nameBounds } from './schemas.ts'

const grouped = (value: number): string => value.toLocaleString('en-US')

/** A room that is to be created. */
export const DraftBody = loosely({
  name: t.String({
    ...says(
      `Room name, at most ${limits.roomName.value} characters.`,
      `聊天室名称，最多 ${limits.roomName.value} 个字符。`,
    ),
    examples: ['night owls'],
    ...nameBounds,
  }),
  description: t.String({
    ...says(
      `Room description, at most ${limits.roomDescription.value} characters.`,
      `聊天室描述，最多 ${limits.roomDescription.value} 个字符。`,
    ),
    examples: ['late talk'],
    ...descriptionBounds,
  }),
  owner: t.String({
    ...says('User id of the owner; must be registered.', '所有者的用户 ID，必须已注册。'),
    examples: ['alice'],
    ...bounds({ pattern: userIdPattern }),
  }),
  maxusers: t.Optional(
    t.Integer({
      ...says(
        `Most members, the owner included: 1 to ${grouped(limits.roomMembers.value)}; ${limits.roomDefault.value} when left out.`,
        `最大成员数，含所有者：1 到 ${grouped(limits.roomMembers.value)}，默认 ${limits.roomDefault.value}。`,
      ),
      examples: [300],
      ...bounds({ minimum: 1 }),
    }),
  ),
  members: t.Optional(
    t.Array(t.String(), {
      ...says('User ids of the members, without the owner.', '成员的用户 ID，不含所有者。'),
      examples: [['bob']],
      ...bounds({ minItems: 1, items: { type: 'string', pattern: userIdPattern } }),
    }),
  ),
  custom: t.Optional(
    t.String({
      ...says(
        `Extension text, at most ${limits.roomCustom.value / 1024} KB.`,
        `扩展信息，最多 ${limits.roomCustom.value / 1024} KB。`,
      ),
      ...bounds({ maxLength: limits.roomCustom.value }),
    }),
  ),
  roomid: t.Optional(
    t.String({
      ...says('Chosen room id: 1 to 64 of a-z and 0-9.', '自定义聊天室 ID：1 到 64 位小写字母和数字。'),
      ...bounds({ pattern: '^[a-z0-9]{1,64}$' }),
    }),
  ),
  ...lifecycleFields,
  groupid: t.Optional(
    t.String(says('The same as `roomid`, as older SDKs send it.', '与 `roomid` 相同，旧版 SDK 使用此字段。')),
  ),
})

/** A draft as the rules know it. */
export function draftOf({ groupid, ...draft }: Static<typeof DraftBody>, dialect: Dialect) {
  const roomid = draft.roomid ?? groupid
  const lifecycle = givenLifecycle(draft)
  return {
    ...draft,
    ...(Object.keys(lifecycle).length > 0 ? { lifecycle } : {}),
    ...(roomid === undefined ? {} : { roomid }),
    ...(dialect === 'sdk' ? { dialect } : {}),
  }
}

/** Creates a chat room [create]. A user that creates one is its owner, whatever the draft names. */
export const createRoom = write({
  id: 'createRoom',
  routes: ['POST /chatrooms'],
  tag: 'rooms',
  summary: { en: 'Create a chat room', zh: '创建聊天室' },
  description: {
    en: 'The owner and the members are in it at once. Unknown fields are ignored.',
    zh: '所有者和成员随即加入。未知字段会被忽略。',
  },
  allowed: superAdmins,
  callsPerSecond: 50,
  sharesTransaction: true,
  hasDialects: true,
  body: DraftBody,
  response: { data: exactly({ id: RoomId }) },
  failures: [...draftFailures, ...lifecycleFailures, tooManyRooms, joinedTooMany, userMissing],
  input: ({ body, dialect }) => draftOf(body, dialect),

  async run(transaction, draft) {
    const { app, caller, store, now, tick, emit } = transaction
    const owner = caller.kind === 'app' ? draft.owner : caller.username
    const { id: chosen, ...room } = newRoom(app.settings, { ...draft, owner })
    const everyone = [room.owner, ...room.members]
    await checkUsersExist(transaction, everyone)
    if (chosen !== undefined && (await store.rooms.isUsed(app.id, chosen))) throw idTaken({ roomid: chosen })
    await checkRoomsPerUser(transaction, everyone, joinedTooMany)
    if (app.settings.rooms !== null && (await store.quotas.takeQuota(app.id, 'rooms', 1)) === 0)
      throw tooManyRooms({ app_key: appKey(app) })
    if (chosen !== undefined) await store.rooms.useId(app.id, chosen)
    const id = chosen ?? (await store.newId())
    await store.rooms.addRoom(app.id, { ...room, id, createdUs: tick(), dueMs: firstDue(app, room, now) })
    emit({ type: 'room.created', owner: room.owner, members: room.members }, id)
    return { id }
  },
})

/** When a new room is looked at, as it sets its life itself. */
function firstDue(
  { settings }: App,
  { lifecycle, members }: Pick<NewRoom, 'lifecycle' | 'members'>,
  nowMs: number,
): number | null {
  if (lifecycle === null) return null
  const life = { createdMs: nowMs, lifecycle, activeMs: nowMs, dueMs: null, warnedMs: null }
  const emptiedMs = members.length === 0 ? nowMs : null
  return firstLook(settings, { ...life, emptiedMs }, { nowMs, steadyMs: nowMs, interruptedMs: 0 })
}
