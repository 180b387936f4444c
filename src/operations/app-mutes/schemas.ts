import { Type as t } from '@sinclair/typebox'
import { says } from '../schemas.ts'

/** For how long a user is muted. */
export const secondsMuted = (example: number) =>
  t.Integer({
    ...says('Seconds left; -1 = for ever, 0 = not muted.', '剩余秒数；-1 表示永久，0 表示未禁言。'),
    examples: [example],
  })

export const unixtime = t.Integer({
  ...says('Time of the response, Unix seconds.', '响应时间，Unix 秒。'),
  examples: [1767225600],
})
