import type { BulkAction, BulkCounts, BulkState } from './bulk.ts'
import type { EndReason } from './lifecycle.ts'
import type { ModeratedMessage } from './moderation.ts'
import type { AppMutes, LoggedMute } from './mute.ts'
import { operatorActor } from './operator.ts'
import type { Quota } from './quota.ts'
import type { ReportState } from './report.ts'
import type { RoomChange } from './room.ts'

/** Who calls: the app itself (an app token; or an `operator` of the console in its place) or one of its users. */
export type Caller = ({ kind: 'app'; operator?: string } | { kind: 'user'; username: string }) & {
  /** Why it is done, where the caller gave a reason. */
  reason?: string
}

export const theApp: Caller = { kind: 'app' }

/** Who did something, as the log of events has it: empty for the app itself. */
export function actorOf(caller: Caller): string {
  if (caller.kind === 'user') return caller.username
  return caller.operator === undefined ? '' : operatorActor(caller.operator)
}

/** The name of whoever acts with an app token, where an operator is named (callbacks, audit trail). */
export const appOperator = '@ppAdmin'

/** What attributes were before a change, by name. A value is left out where the earlier ones take all that may be stored. */
export type EarlierAttributes = Record<string, { owner: string; autoDelete: boolean; value?: string }>

/** What has happened to a room. Published only after the commit. Its fields are stored in the event log under these names. */
export type RoomEvent =
  | { type: 'room.created'; owner: string; members: string[] }
  /** With what was requested, and what was there before. */
  | { type: 'room.changed'; change: RoomChange; before: RoomChange }
  | { type: 'room.transferred'; from: string; to: string }
  /** With the first of its members, where callbacks send them, and why, where it was by itself. */
  | {
      type: 'room.dissolved'
      members?: string[]
      reason?: EndReason
      before: { name: string; owner: string; memberCount: number }
    }
  /** Its dissolving was undone; with the first of its members, where callbacks tell of them. */
  | { type: 'room.restored'; owner: string; memberCount: number; members?: string[] }
  | { type: 'room.disabled' }
  | { type: 'room.enabled' }
  /** Seconds between two messages of one member; 0 = off. */
  | { type: 'room.slowed'; slowMode: number; before: { slowMode: number } }
  /** All that it sets of its life itself, as the API names it. */
  | { type: 'room.rescheduled'; lifecycle: object; before: { lifecycle: object } }
  /** It will be dissolved at `dissolvesAt` (Unix ms), unless something happens in it. */
  | { type: 'room.expiring'; reason: EndReason; dissolvesAt: number }
  | { type: 'room.muted' }
  | { type: 'room.unmuted' }
  /** `ext` is what the user sent on joining. */
  | { type: 'member.joined'; usernames: string[]; memberCount: number; ext?: string }
  /** By themselves, or because they were deleted. */
  | { type: 'member.left'; usernames: string[]; memberCount: number }
  /** By somebody else. */
  | {
      type: 'member.removed'
      usernames: string[]
      memberCount: number
      /** Those who were admins. */
      before?: { admins: string[] } | undefined
    }
  /** Removed and blocked; `expires` in Unix ms where that ends by itself. */
  | { type: 'member.blocked'; usernames: string[]; memberCount: number; expires?: number; reason?: string }
  | { type: 'member.unblocked'; usernames: string[] }
  /** `expires` in Unix ms; `before` has those who were muted already. */
  | {
      type: 'member.muted'
      usernames: string[]
      expires: number
      reason?: string
      before?: { muted: LoggedMute[] } | undefined
    }
  | { type: 'member.unmuted'; usernames: string[]; before?: { muted: LoggedMute[] } | undefined }
  /** On and off the allow list. */
  | { type: 'member.allowed'; usernames: string[] }
  | { type: 'member.disallowed'; usernames: string[] }
  | { type: 'admin.added'; username: string }
  | { type: 'admin.removed'; username: string }
  /** Empty when it was cleared. */
  | { type: 'announcement.changed'; announcement: string; before: { announcement: string } }
  /** `username` is whose they are now. */
  | {
      type: 'attributes.set'
      attributes: Record<string, string>
      username: string
      autoDelete: boolean
      forced: boolean
      before?: EarlierAttributes | undefined
    }
  | { type: 'attributes.removed'; keys: string[]; before?: EarlierAttributes | undefined }
  /** With the id of the file. */
  | { type: 'file.uploaded'; file: string }
  | { type: 'file.deleted'; file: string }
  /** `resource`: the device of the operator, which knows of it. */
  | { type: 'message.pinned'; message: string; operator: string; resource: string }
  | { type: 'message.unpinned'; message: string; operator: string; resource: string }
  /** Taken back by a moderator: of whom, the first of their ids, and how many. */
  | { type: 'message.deleted'; username: string; messages: string[]; count: number }
  /** `username` has reported a message of `sender`, which is empty where it is not known any more. */
  | {
      type: 'message.reported'
      message: string
      username: string
      sender: string
      reportType: string
      reportReason: string
    }
  /** What became of the reports of a message. */
  | {
      type: 'report.decided'
      message: string
      state: ReportState
      note: string
      handledBy: string
      before: { state: ReportState }
    }
  /** A message of a client held words of keyword lists. In single chats, `room` is empty. */
  | ({ type: 'message.moderated' } & ModeratedMessage)

/** What was done to a keyword list. */
type KeywordChange = 'created' | 'changed' | 'deleted' | 'added' | 'removed' | 'replaced'

/** What was done to a callback rule. */
export type CallbackChange =
  | 'created'
  | 'changed'
  | 'deleted'
  | 'secretAdded'
  | 'secretRemoved'
  | 'replayed'
  | 'retried'

/** What was done to the secrets of an app. */
export type SecretChange = 'rotated' | 'ended' | 'over'

/** What has happened to an app or its users. */
export type AppEvent =
  | { type: 'app.changed' }
  /** The secret of the app; the one before it is good until then (Unix ms; 0 = it is over). */
  | { type: 'appSecret.changed'; change: SecretChange; until: number }
  /** With the keys that were set, or removed where `isRemoved`. */
  | { type: 'userAttributes.changed'; username: string; keys: string[]; isRemoved: boolean }
  /** Muted in the whole app, or not any more: by kind of conversation the Unix ms until which it is, 0 = not. */
  | { type: 'user.muted'; username: string; expires: Partial<AppMutes>; before: AppMutes }
  /**
   * Messages are gone from a user's view: of one chat room, or where `chatroom` is empty of all. `resource` is the device
   * that did it, and knows; `isNotified`: the others are notified.
   */
  | { type: 'history.removed'; username: string; chatroom: string; resource: string; isNotified: boolean }
  /** A keyword list, and how many words were added or removed. */
  | { type: 'keywords.changed'; list: string; change: KeywordChange; words?: number }
  /** A callback rule. */
  | { type: 'callback.changed'; callback: string; change: CallbackChange }
  /** A bulk job began, has come a tenth further, or has ended. */
  | ({
      type: 'bulk.changed'
      job: string
      action: BulkAction
      state: BulkState
      dryRun: boolean
    } & BulkCounts)
  /** Most of a quota is used: of the app, of a user, or of the room of the event. */
  | {
      type: 'quota.warning'
      quota: string
      unit: Quota['unit']
      limit: number
      used: number
      username?: string
    }
  | { type: 'superAdmin.added'; username: string }
  | { type: 'superAdmin.removed'; username: string }
  | {
      type: 'user.changed'
      username: string
      change: 'password' | 'nickname' | 'activated' | 'deactivated' | 'deleted' | 'disconnected'
      /** The device that was disconnected; all of them if not given. */
      resource?: string
      /** Chat rooms of a deleted user that are left, handed over or dissolved afterwards, where they are many. */
      roomsLeft?: number
    }

/** An event, with where and when it happened and who caused it. `room` is empty for events of the app. */
export type Event = (RoomEvent | AppEvent) & {
  app: number
  room: string
  by: Caller
  /** Unix ms. */
  at: number
}
