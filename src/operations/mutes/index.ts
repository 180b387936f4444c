import { isMuted } from './is-muted.ts'
import { listMuted } from './list-muted.ts'
import { listSanctions } from './list-sanctions.ts'
import { muteMembers } from './mute-members.ts'
import { muteRoom } from './mute-room.ts'
import { unmuteMembers } from './unmute-members.ts'
import { unmuteRoom } from './unmute-room.ts'

/** Who may not speak in a room. */
export const muteOperations = [
  isMuted,
  listMuted,
  listSanctions,
  muteMembers,
  muteRoom,
  unmuteMembers,
  unmuteRoom,
]
