import { Type as t } from '@sinclair/typebox'
import { says } from '../schemas.ts'

/** When a mute ends. */
export const expire = t.Integer({
  ...says('When it ends, Unix ms; 0 = unmuted.', '禁言结束时间，Unix 毫秒；0 表示已解除。'),
  examples: [1767312000000],
})
