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
