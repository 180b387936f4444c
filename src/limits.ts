import { callLimits } from './limits/calls.ts'
import { memoryLimits } from './limits/memory.ts'
import { socketLimits } from './limits/sockets.ts'

/** One ceiling of a resource, as `docs/limits.md` lists it. */
export interface Limit {
  /** What the code enforces; for a ceiling that is a setting, the setting's default. */
  value: number
  unit: 'bytes' | 'ms' | 's' | 'items' | 'per second' | 'bytes per second' | 'MiB'
  /** The setting of the server (`file_space`) or of an app (`app:userMessageRate`) that changes it. */
  setting?: string
  /** What is limited, and what it is counted for: a process, an app, a user, an address, a connection. */
  en: string
  zh: string
  /** What happens beyond it, and to whom. */
  beyond: { en: string; zh: string }
  /** Bytes of a process's memory that everything under this ceiling takes at most, where `value` is not that already. */
  memory?: number
}

const limit = <L extends Limit>(declared: L): L => declared

/** Every ceiling of the server. What the code enforces is read from here; `docs/limits.md` is generated from here. */
export const limits = {
  ...callLimits,
  ...memoryLimits,
  ...socketLimits,
  bodyBytes: limit({
    value: 1_048_576,
    unit: 'bytes',
    en: 'Body of one call',
    zh: '单次调用的请求体',
    beyond: { en: '413; nothing is done', zh: '返回 413，不执行任何操作' },
  }),
}
