import type { OperatorRole } from '../domain/operator.ts'
import type { HttpCall, Operation } from './operation.ts'
import type { Tag } from './tags.ts'

/** Groups whose writes are moderation, all of them. */
const moderation = new Set<Tag>(['mutes', 'blocks', 'allowList', 'announcement', 'attributes'])

/** Writes of other groups that are moderation, too. */
const alsoModeration = new Set([
  'removeMembers',
  'disableRoom',
  'enableRoom',
  'deleteMessage',
  'deleteMessagesOf',
  'recallMessage',
  'recallMessages',
  'recallMessagesOneByOne',
  'reportMessage',
  'decideReport',
  'checkText',
])

/** Actions that only read, though they are POST calls. */
const onlyReading = new Set(['explain', 'getHistory', 'getUsersStatus'])

/** Actions that do something, though they are GET calls. */
const doing = new Set(['disconnectUser', 'disconnectDevice'])

const isGot = ({ routes }: HttpCall): boolean => routes.every((route) => route.startsWith('GET '))

/** Whether a call does more than read, whatever its method is. */
export function changes({ kind, id, call }: Pick<Operation, 'kind' | 'id'> & { call: HttpCall }): boolean {
  if (kind !== 'action') return kind === 'write'
  return doing.has(id) || !(isGot(call) || onlyReading.has(id))
}

/** The least role of an operator of the console that may make a call: the only place that says so. */
export function operatorRoleFor(operation: Pick<Operation, 'kind' | 'id' | 'call'>): OperatorRole {
  const { call } = operation
  // It shares the call of another one, as the transfer of a room does, which only admins make.
  if (!call) return 'admin'
  if (!changes({ ...operation, call })) return 'viewer'
  return moderation.has(call.tag) || alsoModeration.has(operation.id) ? 'moderator' : 'admin'
}
