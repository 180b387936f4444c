import { Failure } from './failure.ts'

/**
 * What a caller is: the app itself, or a user who is in the room as its owner, an admin or a member, or is not
 * in it. A super admin (of the app, not of a room) has that role beside the one in the room.
 */
export const roles = ['app', 'superAdmin', 'owner', 'admin', 'member', 'other'] as const
export type Role = (typeof roles)[number]

/** `own`: only where the user that the call is about is the caller. */
export type Right = 'yes' | 'no' | 'own'

/** The reference's words for a role that does not suffice. */
export const refusals = {
  /** What only the app itself may do, on rooms or on users. */
  appOnly: ['unauthorized', 'Unable to authenticate (OAuth)'],
  plain: ['group_authorization', 'you have no permission to do this.'],
  info: [
    'group_authorization',
    'you have no permission to do this,group fields require group admin privileges to be modified',
  ],
  admin: ['group_authorization', 'you have no permission to do this, group admin permission is required'],
  attributes: ['MetadataException', 'user is not in chatroom'],
} as const

/**
 * Who may do what: one row for every operation of the API but those that ask for no token. The columns are
 * those of `roles`; the last word is the refusal.
 */
export const permissions = {
  // users and the app: the app alone
  registerUsers: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  listUsers: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  getUser: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  deleteUser: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  deleteUsers: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  changePassword: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  activateUser: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  deactivateUser: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  getUserStatus: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  getUsersStatus: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  disconnectUser: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  sendRoomMessage: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  uploadAttachment: ['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'plain'],
  deleteAttachment: ['yes', 'own', 'own', 'own', 'own', 'own', 'plain'],
  getTokenExpiry: ['yes', 'own', 'own', 'own', 'own', 'own', 'appOnly'],
  listAudit: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  listRoomAudit: ['yes', 'no', 'no', 'no', 'no', 'no', 'appOnly'],
  listSuperAdmins: ['yes', 'no', 'no', 'no', 'no', 'no', 'plain'],
  addSuperAdmin: ['yes', 'no', 'no', 'no', 'no', 'no', 'plain'],
  removeSuperAdmin: ['yes', 'no', 'no', 'no', 'no', 'no', 'plain'],

  // rooms
  listRooms: ['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'plain'],
  listJoinedRooms: ['yes', 'own', 'own', 'own', 'own', 'own', 'plain'],
  getRooms: ['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'plain'],
  createRoom: ['yes', 'yes', 'no', 'no', 'no', 'no', 'plain'],
  changeRoom: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'info'],
  transferRoom: ['yes', 'no', 'yes', 'no', 'no', 'no', 'plain'],
  dissolveRoom: ['yes', 'no', 'yes', 'no', 'no', 'no', 'plain'],

  // who is in a room
  listMembers: ['yes', 'no', 'yes', 'yes', 'yes', 'no', 'plain'],
  addMember: ['yes', 'own', 'yes', 'yes', 'own', 'own', 'admin'],
  addMembers: ['yes', 'own', 'yes', 'yes', 'own', 'own', 'admin'],
  removeMembers: ['yes', 'own', 'yes', 'yes', 'own', 'own', 'admin'],
  listAdmins: ['yes', 'no', 'yes', 'yes', 'yes', 'no', 'plain'],
  addAdmin: ['yes', 'no', 'yes', 'no', 'no', 'no', 'plain'],
  removeAdmin: ['yes', 'no', 'yes', 'no', 'no', 'no', 'plain'],

  // lists
  listMuted: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  muteMembers: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  unmuteMembers: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  muteRoom: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  unmuteRoom: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  isMuted: ['yes', 'no', 'yes', 'yes', 'own', 'no', 'admin'],
  listBlocked: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  blockUser: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  blockUsers: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  unblockUsers: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  listAllowed: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  allowMember: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  allowMembers: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  disallowMembers: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  isAllowed: ['yes', 'no', 'yes', 'yes', 'own', 'no', 'admin'],

  // announcement and custom attributes
  getAnnouncement: ['yes', 'no', 'yes', 'yes', 'yes', 'no', 'plain'],
  setAnnouncement: ['yes', 'no', 'yes', 'yes', 'no', 'no', 'admin'],
  getAttributes: ['yes', 'no', 'yes', 'yes', 'yes', 'no', 'attributes'],
  setAttributes: ['yes', 'no', 'own', 'own', 'own', 'no', 'attributes'],
  forceAttributes: ['yes', 'no', 'own', 'own', 'own', 'no', 'attributes'],
  removeAttributes: ['yes', 'no', 'own', 'own', 'own', 'no', 'attributes'],
  forceRemoveAttributes: ['yes', 'no', 'own', 'own', 'own', 'no', 'attributes'],
} as const satisfies Record<
  string,
  readonly [Right, Right, Right, Right, Right, Right, keyof typeof refusals]
>

export type Permitted = keyof typeof permissions

/** What a role may do by the table. */
export const rightOf = (operation: Permitted, role: Role): Right =>
  permissions[operation][roles.indexOf(role)] as Right

/** The failure that an operation answers to a role that may not do it. */
export function refusal(operation: Permitted): Failure {
  const [word, text] = refusals[permissions[operation][roles.length] as keyof typeof refusals]
  return new Failure(word, text)
}
