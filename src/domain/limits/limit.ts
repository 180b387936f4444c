import type { Text } from '../text.ts'

/**
 * One ceiling of a resource, as `docs/limits.md` lists it. Its text says what is limited, and what it is counted for: a
 * process, an app, a user, an address, a connection.
 */
export interface Limit extends Text {
  /** What the code enforces; for a ceiling that is a setting, the setting's default. */
  value: number
  unit: 'bytes' | 'ms' | 's' | 'items' | 'per second' | 'bytes per second' | 'MiB'
  /** The setting of the server (`file_space`) or of an app (`app:userMessageRate`) that changes it. */
  setting?: string
  /** What happens beyond it, and to whom. */
  beyond: Text
  /** Bytes of a process's memory that everything under this ceiling takes at most, where `value` is not that already. */
  memory?: number
}

export const MiB = 1024 * 1024

/** The call is refused. */
export const refused: Text = { en: '400 or 403; nothing is done', zh: '返回 400 或 403，不执行任何操作' }

/** The call gets as many as there may be. */
export const clamped: Text = { en: 'counts as this many', zh: '按该上限处理' }

/** A ceiling of a number of things. */
export const items = (value: number, en: string, zh: string, beyond = refused): Limit => ({
  value,
  unit: 'items',
  en,
  zh,
  beyond,
})
