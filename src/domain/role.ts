/**
 * What a caller is: the app itself, or a user who is in the room as its owner, an admin or a member, or is not in it.
 * A super admin (of the app, not of a room) has that role beside the one in the room.
 */
export const roles = ['app', 'superAdmin', 'owner', 'admin', 'member', 'other'] as const
export type Role = (typeof roles)[number]

/** `own`: only where the user that the call is about is the caller. */
export type Right = 'yes' | 'no' | 'own'
