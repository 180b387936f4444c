import { appKey } from '../apps/app.ts'
import type { AppSettings } from '../apps/settings.ts'
import { Failure } from '../failure.ts'
import { limits as ceilings } from '../limits.ts'
import { foldUsername } from '../users/user.ts'

/** A chat room as it is kept. */
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
  created: number
  /** Members now, the owner included: the wire's `affiliations_count`. */
  memberCount: number
  /** Whether everybody is muted. */
  mute: boolean
}

/** A room and who is in it. */
export interface RoomDetails extends Room {
  /** User ids of everyone but the owner, with commas between: one text, as a room can have 10,000. */
  members: string
}

/** What a client asks for when it creates a room. */
export interface RoomDraft {
  name: string
  description: string
  owner: string
  maxusers?: number | undefined
  members?: string[] | undefined
  custom?: string | undefined
  roomid?: string | undefined
}

/** What a client asks to change; an absent field stays as it is. */
export interface RoomChange {
  name?: string | undefined
  description?: string | undefined
  maxusers?: number | undefined
  custom?: string | undefined
}

export const limits = {
  /** `maxusers` when the request names none. */
  maxusers: ceilings.roomDefault.value,
  /** Longest `custom`, in UTF-8 bytes. */
  custom: ceilings.roomCustom.value,
  /** Most ids in one call for details. */
  details: ceilings.roomsAsked.value,
}

/** Management page, "query details": the id names no room. */
export const roomNotFound = (ids: string): Failure =>
  new Failure('service_resource_not_found', `do not find this group:${ids}`)

/** Management page, "update", "transfer" and "dissolve": the id names no room. */
export const roomMissing = (id: string): Failure =>
  new Failure('resource_not_found', `grpID ${id} does not exist!`)

export const tooManyRooms = (app: { org: string; name: string }): Failure =>
  new Failure('exceed_limit', `appKey:${appKey(app)} has create too many chatrooms!`)

export const joinedTooMany = (username: string): Failure =>
  new Failure('exceed_limit', `user ${username} has joined too many chatrooms!`)

const tooManyMembers = (): Failure =>
  new Failure('exceed_limit', 'members size is greater than max user size !')

const idTaken = (id: string): Failure => new Failure('illegal_argument', `group ID ${id} already exists!`)

/** Fails when the chosen id is taken (management page, "create": `illegal_argument`). */
export function checkIdFree(id: string, taken: boolean): void {
  if (taken) throw idTaken(id)
}

const longer = (text: string, limit: number): boolean => text.length > limit && [...text].length > limit

/** Lengths are counted in Unicode code points, `custom` in UTF-8 bytes. */
function checkTexts(settings: AppSettings, { name, description, custom }: RoomChange): void {
  if (name !== undefined && longer(name, settings.nameLength)) {
    throw new Failure('exceed_limit', `title cannot exceed to ${settings.nameLength}`)
  }
  if (description !== undefined && longer(description, settings.descriptionLength)) {
    throw new Failure('exceed_limit', `desc cannot exceed to ${settings.descriptionLength}`)
  }
  if (custom !== undefined && Buffer.byteLength(custom) > limits.custom) {
    throw new Failure('exceed_limit', `custom cannot exceed to ${limits.custom}`)
  }
}

function checkCeiling(settings: AppSettings, maxusers: number): void {
  if (maxusers < 1) throw new Failure('invalid_parameter', 'maxusers must be an integer of at least 1')
  if (maxusers > settings.maxusers) {
    throw new Failure('exceed_limit', `maxUsers cannot exceed ${settings.maxusers}`)
  }
}

const roomId = /^[a-z0-9]{1,64}$/

/** Whether a room can have this id; any other text names none. */
export const isRoomId = (text: string): boolean => roomId.test(text)

/** A room ready to be kept, and the members to add beside its owner, each once. */
export interface NewRoom {
  id: string | undefined
  name: string
  description: string
  custom: string
  maxusers: number
  owner: string
  members: string[]
}

/**
 * Decides whether a draft can become a room (management page, "create a chat room").
 * The owner and duplicates among `members` are dropped; owner and members together must fit `maxusers`.
 */
export function newRoom(settings: AppSettings, draft: RoomDraft): NewRoom {
  checkTexts(settings, draft)
  const maxusers = draft.maxusers ?? Math.min(limits.maxusers, settings.maxusers)
  checkCeiling(settings, maxusers)
  if (draft.roomid !== undefined && !isRoomId(draft.roomid)) {
    throw new Failure('illegal_argument', 'group ID illegal, please check it')
  }
  if (settings.dialect === 'docs' && draft.members?.length === 0) {
    throw new Failure('invalid_parameter', 'members must hold at least one user, or be left out')
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
  }
}

/** Decides a change of room info (management page, "update"): a room keeps everyone it has. */
export function changedRoom(settings: AppSettings, room: Room, change: RoomChange): Room {
  checkTexts(settings, change)
  if (change.maxusers !== undefined) {
    checkCeiling(settings, change.maxusers)
    if (change.maxusers < room.memberCount) {
      throw new Failure(
        'forbidden_op',
        'current user count is larger than the maxUsers that you want to update !',
      )
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
 * Decides a transfer (management page, "transfer"): to another member of the room. In the `sdk` dialect
 * a registered user who is not a member yet may take the room over, if there is space.
 */
export function checkTransfer(settings: AppSettings, room: Room, newOwner: string, isMember: boolean): void {
  if (newOwner === room.owner) throw new Failure('forbidden_op', 'new owner and old owner are the same')
  if (isMember) return
  if (settings.dialect === 'docs') {
    throw new Failure('forbidden_op', `user: ${newOwner} doesn't exist in group: ${room.id}`)
  }
  if (room.memberCount >= room.maxusers) throw tooManyMembers()
}
