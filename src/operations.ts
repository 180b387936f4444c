import { changeApp, createApp, rotateSecret } from './apps/apps.ts'
import { pruneAudit } from './apps/audit.ts'
import { countCalls } from './apps/rates.ts'
import { addAdmin, addSuperAdmin, removeAdmin, removeSuperAdmin } from './rooms/admins.ts'
import { setAnnouncement } from './rooms/announcement.ts'
import { removeAttributes, setAttributes } from './rooms/attributes.ts'
import { allowMember, allowMembers, disallowMembers, unblockUsers } from './rooms/lists.ts'
import {
  addMember,
  addMembers,
  blockUser,
  blockUsers,
  joinRoom,
  leaveRoom,
  removeMember,
  removeMembers,
} from './rooms/members.ts'
import { muteMembers, setRoomMuted, unmuteMembers } from './rooms/mutes.ts'
import { changeRoom, createRoom, dissolveRoom, transferRoom } from './rooms/rooms.ts'
import type { Unit } from './unit.ts'
import {
  arrive,
  depart,
  disconnectUser,
  leaveOffline,
  renewNode,
  startNode,
  stopNode,
} from './users/online.ts'
import { changePassword, deleteUser, deleteUsers, registerUsers, setActivated } from './users/users.ts'

/** Everything that writes, by name. The writer runs each in a transaction of its own. */
export const operations = {
  createApp,
  changeApp,
  countCalls,
  pruneAudit,
  rotateSecret,
  registerUsers,
  deleteUser,
  deleteUsers,
  changePassword,
  setActivated,
  createRoom,
  changeRoom,
  transferRoom,
  dissolveRoom,
  addMember,
  addMembers,
  removeMember,
  removeMembers,
  joinRoom,
  leaveRoom,
  addAdmin,
  removeAdmin,
  addSuperAdmin,
  removeSuperAdmin,
  muteMembers,
  unmuteMembers,
  setRoomMuted,
  blockUser,
  blockUsers,
  unblockUsers,
  allowMember,
  allowMembers,
  disallowMembers,
  setAnnouncement,
  setAttributes,
  removeAttributes,
  startNode,
  renewNode,
  stopNode,
  arrive,
  depart,
  disconnectUser,
  leaveOffline,
}

/**
 * Operations that decide before they write, and touch no row that another operation of the same kind could hold:
 * on PostgreSQL several of them can run in one transaction at the same time.
 */
export const sideBySide: ReadonlySet<OperationName> = new Set(['createRoom'])

type Operations = typeof operations
export type OperationName = keyof Operations
type Run<N extends OperationName> = Operations[N]
export type Args<N extends OperationName> =
  Run<N> extends (unit: Unit, ...args: infer A) => unknown ? A : never
export type Result<N extends OperationName> = Awaited<ReturnType<Run<N>>>
