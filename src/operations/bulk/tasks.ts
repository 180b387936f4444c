import type { BulkAction, BulkTask } from '../../domain/bulk.ts'
import type { RoomDraft } from '../../domain/room.ts'
import type { Transaction } from '../../engine/transaction.ts'
import type { Awaitable } from '../../store/database.ts'
import { addMembers } from '../members/add-members.ts'
import { removeMembers } from '../members/remove-members.ts'
import { muteRoom } from '../mutes/mute-room.ts'
import { unmuteRoom } from '../mutes/unmute-room.ts'
import type { WriteOperation } from '../operation.ts'
import { changeRoom } from '../rooms/change-room.ts'
import { createRoom } from '../rooms/create-room.ts'
import { dissolveRoom } from '../rooms/dissolve-room.ts'
import { restoreRoom } from '../rooms/dissolved-rooms.ts'
import { transferRoom } from '../rooms/transfer-room.ts'

/** What an action does to one room: the operation of that name, with its own rules. */
interface Step {
  /** Its name in the audit trail. */
  audited: string
  execute(transaction: Transaction, room: string, task: BulkTask, draft: string): Awaitable<unknown>
}

function step<Input>(
  operation: WriteOperation<Input>,
  inputOf: (room: string, task: BulkTask, draft: string) => Input,
): Step {
  return {
    audited: operation.auditedAs?.(inputOf('', { action: 'mute', dialect: 'docs' }, '{}')) ?? operation.id,
    execute: (transaction, room, task, draft) => operation.execute(transaction, inputOf(room, task, draft)),
  }
}

export const steps: Record<BulkAction, Step> = {
  create: step(createRoom, (_room, _task, draft) => JSON.parse(draft) as RoomDraft),
  modify: step(changeRoom, (room, { change = {} }) => ({ room, change })),
  transfer: step(transferRoom, (room, { newowner = '', dialect }) => ({ room, owner: newowner, dialect })),
  dissolve: step(dissolveRoom, (room) => ({ room })),
  mute: step(muteRoom, (room) => ({ room })),
  unmute: step(unmuteRoom, (room) => ({ room })),
  add_members: step(addMembers, (room, { usernames = [] }) => ({ room, usernames })),
  remove_members: step(removeMembers, (room, { usernames = [] }) => ({ room, usernames, areSeveral: true })),
  restore: step(restoreRoom, (room) => ({ room, owner: undefined })),
}
