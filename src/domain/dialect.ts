import type { AppSettings } from './app-settings.ts'

/** The form of a response: as the pages of the reference show, or as the official server SDKs read it. */
export type Dialect = 'docs' | 'sdk'

/** The dialect of a call to an app; `auto` goes by how the caller names itself. */
export function dialectOf({ dialect }: AppSettings, userAgent: () => string | null): Dialect {
  if (dialect !== 'auto') return dialect
  return userAgent()?.includes('ServerSDK') ? 'sdk' : 'docs'
}
