import type { Failure } from '../domain/failure.ts'
import { type FailureRow, failure, notMembers, unauthorized } from '../domain/failures.ts'
import { type Right, type Role, roles } from '../domain/role.ts'

/** Who may call an operation, and how it refuses everybody else. */
export interface Allowed {
  rights: Readonly<Record<Role, Right>>
  refusal: FailureRow & ((who: { usernames: string }) => Failure)
}

const roleDoesNotSuffice = {
  en: 'the role of the caller does not suffice',
  zh: '调用者的角色没有该权限',
  lift: { en: 'it has to be called by whoever has the right to it', zh: '须由具有该权限的身份调用' },
}

const noPermission = failure('group_authorization', 'you have no permission to do this.', roleDoesNotSuffice)

const infoNeedsAdmin = failure(
  'group_authorization',
  'you have no permission to do this,group fields require group admin privileges to be modified',
  roleDoesNotSuffice,
)

const needsAdmin = failure(
  'group_authorization',
  'you have no permission to do this, group admin permission is required',
  roleDoesNotSuffice,
)

/** From the service of custom attributes. */
export const notInChatroom = failure('MetadataException', 'user is not in chatroom', {
  en: 'the user is not in the chat room',
  zh: '用户不在聊天室中',
  lift: notMembers.when.lift,
})

/** From the service of user attributes: a user token is good for its own user's alone. */
const notOwnAttributes = failure('metadata_error', 'auth error', {
  en: 'the token is of another user',
  zh: 'token 属于其他用户',
})

/** In the order of `roles`: app, super admin, owner, admin, member, other. */
const allow = (rights: readonly [Right, Right, Right, Right, Right, Right], refusal: Allowed['refusal']) => ({
  rights: Object.fromEntries(roles.map((role, index) => [role, rights[index]])) as Record<Role, Right>,
  refusal,
})

/** Everybody, also without a token. */
export const anyone: Allowed = allow(['yes', 'yes', 'yes', 'yes', 'yes', 'yes'], unauthorized)
export const appOnly: Allowed = allow(['yes', 'no', 'no', 'no', 'no', 'no'], unauthorized)
/** The same for calls about rooms, which distinguish a user's token from none. */
export const appOnlyOfRooms: Allowed = allow(['yes', 'no', 'no', 'no', 'no', 'no'], noPermission)
export const everyone: Allowed = allow(['yes', 'yes', 'yes', 'yes', 'yes', 'yes'], noPermission)
/** The user that the call is about. */
export const oneself: Allowed = allow(['yes', 'own', 'own', 'own', 'own', 'own'], noPermission)
export const tokenHolder: Allowed = allow(['yes', 'own', 'own', 'own', 'own', 'own'], unauthorized)
export const superAdmins: Allowed = allow(['yes', 'yes', 'no', 'no', 'no', 'no'], noPermission)
export const ownerOnly: Allowed = allow(['yes', 'no', 'yes', 'no', 'no', 'no'], noPermission)
export const infoEditors: Allowed = allow(['yes', 'no', 'yes', 'yes', 'no', 'no'], infoNeedsAdmin)
export const moderators: Allowed = allow(['yes', 'no', 'yes', 'yes', 'no', 'no'], needsAdmin)
/** Moderators, and a member about itself. */
export const moderatorsOrOneself: Allowed = allow(['yes', 'no', 'yes', 'yes', 'own', 'no'], needsAdmin)
/** Moderators, and everybody for themselves: who joins or leaves. */
export const moderatorsOrComers: Allowed = allow(['yes', 'own', 'yes', 'yes', 'own', 'own'], needsAdmin)
export const members: Allowed = allow(['yes', 'no', 'yes', 'yes', 'yes', 'no'], noPermission)
/** Members who upload: web SDKs take any refusal but 400 for a success. */
export const uploaders: Allowed = allow(
  ['yes', 'no', 'yes', 'yes', 'yes', 'no'],
  failure(noPermission.word, noPermission.text, roleDoesNotSuffice, 400),
)
/** Members, each for itself: the history that it sees. */
export const historyReaders: Allowed = allow(
  ['yes', 'own', 'own', 'own', 'own', 'no'],
  failure(notMembers.word, notMembers.text, notMembers.when),
)
export const attributeReaders: Allowed = allow(['yes', 'no', 'yes', 'yes', 'yes', 'no'], notInChatroom)
export const attributeWriters: Allowed = allow(['yes', 'no', 'own', 'own', 'own', 'no'], notInChatroom)

export const attributeOwner: Allowed = allow(['yes', 'own', 'own', 'own', 'own', 'own'], notOwnAttributes)

/** Whether only the app's own token will do, and any other counts as none. */
export const isForAppAlone = ({ rights, refusal }: Allowed): boolean =>
  refusal.word === 'unauthorized' && rights.other === 'no'

/** Whether it refuses anybody who calls with a token. */
export const refusesSome = ({ rights }: Allowed): boolean =>
  Object.values(rights).some((right) => right !== 'yes')

/** Whether anybody but the app itself may call. */
export const isForUsers = ({ rights }: Allowed): boolean =>
  Object.entries(rights).some(([holder, right]) => holder !== 'app' && right !== 'no')
