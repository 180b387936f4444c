import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { bounds, exactly, milliseconds, RoomId, says, UserId } from '../schemas.ts'

export const RoomName = t.String({ examples: ['night owls'] })
export const memberCount = t.Integer({
  ...says('Members now, the owner included.', '当前成员数，含所有者。'),
  examples: [2],
})
const alwaysFalse = t.Boolean({ ...says('Always false.', '固定为 false。'), examples: [false] })

/** One row of the list of the app's chat rooms. */
export const ListedRoom = exactly({
  id: RoomId,
  name: RoomName,
  owner: UserId,
  affiliations_count: memberCount,
  disabled: t.Boolean({ ...says('Whether nobody speaks there now.', '是否已禁用。'), examples: [false] }),
})

/** The wire's details of a chat room [details]. */
export const Room = exactly({
  id: RoomId,
  name: RoomName,
  description: t.String({ examples: ['late talk'] }),
  membersonly: alwaysFalse,
  allowinvites: alwaysFalse,
  maxusers: t.Integer({
    ...says('Most members, the owner included.', '最大成员数，含所有者。'),
    examples: [300],
  }),
  owner: UserId,
  created: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
  custom: t.String({ ...says('Extension text.', '扩展信息。'), examples: [''] }),
  mute: t.Boolean({ ...says('Whether everybody is muted.', '是否全员禁言。'), examples: [false] }),
  affiliations_count: memberCount,
  affiliations: t.Array(t.Union([exactly({ member: UserId }), exactly({ owner: UserId })]), {
    ...says('Members and admins as `member`, then the owner.', '成员和管理员为 `member`，最后是 `owner`。'),
    examples: [[{ member: 'bob' }, { owner: 'alice' }]],
  }),
  public: t.Boolean({ ...says('Always true.', '固定为 true。'), examples: [true] }),
})

// Bounds that a setting of the app changes.
export const nameBounds = bounds({ maxLength: limits.roomName.value })
export const descriptionBounds = bounds({ maxLength: limits.roomDescription.value })
