import { Type as t } from '@sinclair/typebox'
import type { User } from '../../domain/user.ts'
import { exactly, milliseconds, says, UserId } from '../schemas.ts'

/** The wire's user. */
export const UserEntity = exactly({
  uuid: t.String({ examples: ['0c1f7a10-88aa-4f0e-a0a9-3d1b7d2c5e11'] }),
  type: t.Literal('user'),
  created: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
  modified: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
  username: UserId,
  activated: t.Boolean({
    ...says('False while the user is banned.', '用户被封禁时为 false。'),
    examples: [true],
  }),
  nickname: t.Optional(t.String(says('Only if set.', '仅在设置后返回。'))),
})

/** A user as the wire shows it. */
export const entity = (user: User) => ({
  uuid: user.uuid,
  type: 'user',
  created: user.createdMs,
  modified: user.modifiedMs,
  username: user.username,
  activated: user.activated,
  ...(user.nickname === null ? {} : { nickname: user.nickname }),
})

/** Whether users are online, by user id. */
export const Statuses = t.Record(t.String(), t.Union([t.Literal('online'), t.Literal('offline')]), {
  examples: [{ alice: 'online' }],
})
