import type { AppRecord } from '../apps/app.ts'
import type { Rates } from '../apps/rates.ts'
import type { Attachments } from '../attachments.ts'
import type { Metrics } from '../metrics.ts'
import type { Post } from '../realtime/posted.ts'
import type { Commit } from '../run.ts'
import type { Store } from '../store/store.ts'
import type { Login } from '../users/login.ts'
import type { Passwords } from '../users/passwords.ts'
import type { Presence } from '../users/presence.ts'
import type { AnswerCache } from './answers.ts'
import type { PageAccess } from './pages.ts'

/** What the routes are given. */
export interface Deps {
  /** Reads only; every commit that was answered is visible to it. */
  store: Store
  commit: Commit
  login: Login
  passwords: Passwords
  presence: Presence
  attachments: Attachments
  /** Sends a message of the app's own server to chat rooms. */
  post: Post
  answers: AnswerCache
  rates: Rates
  metrics: Metrics
  /** Who may see the metrics and the API description. */
  pages: PageAccess
  /** Fails, with the reason, when the store cannot answer. */
  check(): Promise<void>
  /** The app that `/{org}/{name}` names. */
  findApp(org: string, name: string): AppRecord | undefined
  /** The address of the client; never empty. */
  addressOf(request: Request): string
  now(): number
}
