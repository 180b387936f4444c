import { beforeLimits } from './limits/before.ts'
import { bulkLimits } from './limits/bulk.ts'
import { callbackLimits } from './limits/callbacks.ts'
import { callLimits } from './limits/calls.ts'
import { feedLimits } from './limits/feed.ts'
import { fileLimits } from './limits/files.ts'
import { frameLimits } from './limits/frames.ts'
import { historyLimits } from './limits/history.ts'
import { lifecycleLimits } from './limits/lifecycle.ts'
import { type Limit, MiB } from './limits/limit.ts'
import { memoryLimits } from './limits/memory.ts'
import { moderationLimits } from './limits/moderation.ts'
import { operatorLimits } from './limits/operators.ts'
import { socketLimits } from './limits/sockets.ts'
import { userLimits } from './limits/users.ts'

/** Every ceiling of the server. What the code enforces is read from here; `docs/limits.md` is generated from here. */
export const limits = {
  ...beforeLimits,
  ...callLimits,
  ...memoryLimits,
  ...historyLimits,
  ...feedLimits,
  ...frameLimits,
  ...fileLimits,
  ...userLimits,
  ...socketLimits,
  ...moderationLimits,
  ...callbackLimits,
  ...operatorLimits,
  ...lifecycleLimits,
  ...bulkLimits,
  bodyBytes: {
    value: MiB,
    unit: 'bytes',
    en: 'Body of one call',
    zh: '单次调用的请求体',
    beyond: { en: '413; nothing is done', zh: '返回 413，不执行任何操作' },
  } satisfies Limit,
}
