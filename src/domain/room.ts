import { failure, joinedTooManyToJoin, roomMissing } from '../domain/failures.ts'
import type { AppSettings } from './app-settings.ts'
import type { Dialect } from './dialect.ts'
import { checkedLifecycle, type OwnLifecycle } from './lifecycle.ts'
import { limits } from './limits.ts'
import {
  ceilingBelowMembers,
  ceilingTooHigh,
  ceilingTooLow,
  customTooLong,
  descriptionTooLong,
  nameTooLong,
  noMembers,
  ownerNotMember,
  sameOwner,
  tooManyMembers,
} from './room-failures.ts'
import { foldUsername } from './user.ts'

/** A chat room as it is stored. */
export interface Room {
  id: string
  name: string
  description: string
  /** Extension text of the app. */
  custom: string
  /** Most members, the owner included. */
  maxusers: number
  owner: string
  /** Unix ms. */
  createdMs: number
  /** Members now, the owner included: the wire's `affiliations_count`. */
  memberCount: number
  /** Whether everybody is muted. */
  mute: boolean
  /** Nobody joins, speaks or manages it. */
  disabled: boolean
  /** Seconds between two messages of one member; 0 = off. */
  slowMode: number
  /** What it sets of its life itself. */
  lifecycle: OwnLifecycle | null
}

/** Names the state of a room: it differs when a field differs that a call can change. Who is in it does not count. */
export const versionOf = ({ name, description, custom, maxusers, owner, mute, disabled }: Room): string =>
  Bun.hash.xxHash64(JSON.stringify([name, description, custom, maxusers, owner, mute, disabled])).toString(36)

export const roomChanged = failure(
  'precondition_failed',
  'the chat room has changed since; its version is "{version}" now',
  {
    en: 'the header `If-Match` names another version than the `ETag` of the details; nothing was changed',
    zh: '请求头 `If-Match` 与聊天室详情的 `ETag` 不一致；未做任何修改',
    lift: {
      en: 'read the chat room again, and send the `ETag` that it has now',
      zh: '重新读取聊天室，并使用其当前的 `ETag`',
      calls: ['getRooms'],
    },
  },
)

/** A room and who is in it. */
export interface RoomDetails extends Room {
  /** User ids of everyone but the owner, with commas between: one text, as a room can have 10,000. */
  members: string
}

/** What a client requests when it creates a room. */
export interface RoomDraft {
  name: string
  description: string
  owner: string
  maxusers?: number | undefined
  members?: string[] | undefined
  custom?: string | undefined
  roomid?: string | undefined
  /** What it sets of its life itself. */
  lifecycle?: OwnLifecycle | undefined
  /** That of the call; `docs` if not given. */
  dialect?: Dialect | undefined
}

/** What a client requests to change; an absent field stays as it is. */
export interface RoomChange {
  name?: string | undefined
  description?: string | undefined
  maxusers?: number | undefined
  custom?: string | undefined
}

/** None of the ids of a request for details names a room [details]. */
export const roomNotFound = failure('service_resource_not_found', 'do not find this group:{chatroom_id}', {
  en: 'no chat room has this id',
  zh: '聊天室 ID 不存在',
  lift: roomMissing.when.lift,
})

export const tooManyRooms = failure('exceed_limit', 'appKey:{app_key} has create too many chatrooms!', {
  en: 'the app has as many as its quota `rooms` allows',
  zh: '应用的聊天室数已达配额 `rooms`',
  lift: {
    en: 'dissolve chat rooms, or raise the quota `rooms` of the app',
    zh: '解散部分聊天室，或调高应用配额 `rooms`',
    calls: ['dissolveRoom'],
    settings: ['rooms'],
  },
})

export const joinedTooMany = failure('exceed_limit', 'user {username} has joined too many chatrooms!', {
  en: 'the user is in as many as `roomsPerUser` allows',
  zh: '用户加入的聊天室数已达 `roomsPerUser` 上限',
  lift: joinedTooManyToJoin.when.lift,
})

export const idTaken = failure('illegal_argument', 'group ID {roomid} already exists!', {
  en: 'the chosen `roomid` is taken, or was once',
  zh: '所选 `roomid` 已被占用，或曾被使用',
})

export const idIllegal = failure('illegal_argument', 'group ID illegal, please check it', {
  en: '`roomid` is not 1 to 64 of a-z and 0-9',
  zh: '`roomid` 不是 1 到 64 位小写字母和数字',
})

/** The refusals of texts and ceilings that are too long or too high. */
const textFailures = [nameTooLong, descriptionTooLong, customTooLong, ceilingTooHigh, ceilingTooLow] as const

export const draftFailures = [idTaken, idIllegal, noMembers, tooManyMembers, ...textFailures] as const
export const changeFailures = [...textFailures, ceilingBelowMembers] as const
export const transferFailures = [sameOwner, ownerNotMember, tooManyMembers] as const

const longer = (text: string, limit: number): boolean => text.length > limit && [...text].length > limit

/** Lengths are counted in Unicode code points, `custom` in UTF-8 bytes. */
function checkTexts(settings: AppSettings, { name, description, custom }: RoomChange): void {
  if (name !== undefined && longer(name, settings.nameLength)) {
    throw nameTooLong({ limit: settings.nameLength })
  }
  if (description !== undefined && longer(description, settings.descriptionLength)) {
    throw descriptionTooLong({ limit: settings.descriptionLength })
  }
  if (custom !== undefined && Buffer.byteLength(custom) > limits.roomCustom.value) {
    throw customTooLong()
  }
}

function checkCeiling(settings: AppSettings, maxusers: number): void {
  if (maxusers < 1) throw ceilingTooLow()
  if (maxusers > settings.maxusers) {
    throw ceilingTooHigh({ limit: settings.maxusers })
  }
}

const roomId = /^[a-z0-9]{1,64}$/

/** Texts that no chosen id can be: with them the path of a room's details is that of another call. */
const wordsOfPaths = new Set(['deleted', 'bulk'])

/** Whether a room can have this id; any other text names none. */
export const isRoomId = (text: string): boolean => roomId.test(text)

function checkChosenId(roomid: string | undefined): void {
  if (roomid === undefined) return
  if (!isRoomId(roomid)) throw idIllegal()
  if (wordsOfPaths.has(roomid)) throw idTaken({ roomid })
}

/** A room ready to be stored, and the members to add beside its owner, each once. */
export interface NewRoom {
  id: string | undefined
  name: string
  description: string
  custom: string
  maxusers: number
  owner: string
  members: string[]
  lifecycle: OwnLifecycle | null
}

/**
 * Decides whether a draft can become a room [create].
 * The owner and duplicates among `members` are dropped; owner and members together must fit `maxusers`.
 */
export function newRoom(settings: AppSettings, draft: RoomDraft): NewRoom {
  checkTexts(settings, draft)
  const maxusers = draft.maxusers ?? Math.min(limits.roomDefault.value, settings.maxusers)
  checkCeiling(settings, maxusers)
  checkChosenId(draft.roomid)
  if (draft.dialect !== 'sdk' && draft.members?.length === 0) {
    throw noMembers()
  }
  const owner = foldUsername(draft.owner)
  const members = new Set(draft.members?.map(foldUsername))
  members.delete(owner)
  if (members.size + 1 > maxusers) throw tooManyMembers()
  return {
    id: draft.roomid,
    name: draft.name,
    description: draft.description,
    custom: draft.custom ?? '',
    maxusers,
    owner,
    members: [...members],
    lifecycle: checkedLifecycle(draft.lifecycle ?? {}),
  }
}

/** Decides a change of room info [update]: a room retains all its members. */
export function changedRoom(settings: AppSettings, room: Room, change: RoomChange): Room {
  checkTexts(settings, change)
  if (change.maxusers !== undefined) {
    checkCeiling(settings, change.maxusers)
    if (change.maxusers < room.memberCount) {
      throw ceilingBelowMembers()
    }
  }
  return {
    ...room,
    name: change.name ?? room.name,
    description: change.description ?? room.description,
    maxusers: change.maxusers ?? room.maxusers,
    custom: change.custom ?? room.custom,
  }
}

/**
 * Decides a transfer [transfer]: to another member of the room. In the `sdk` dialect
 * a registered user who is not a member yet may take the room over, if there is space.
 */
export function checkTransfer(dialect: Dialect, room: Room, newOwner: string, isMember: boolean): void {
  if (newOwner === room.owner) throw sameOwner()
  if (isMember) return
  if (dialect === 'docs') {
    throw ownerNotMember({ username: newOwner, chatroom_id: room.id })
  }
  if (room.memberCount >= room.maxusers) throw tooManyMembers()
}
