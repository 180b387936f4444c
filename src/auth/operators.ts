import { createHash } from 'node:crypto'
import type { Operator, OperatorRole } from '../domain/operator.ts'
import type { Asker } from './fair-turns.ts'

/** Where a sign-in comes from. */
export type SignInSource = Pick<Asker, 'source' | 'signal'>

/** An operator who is signed in. */
export interface OperatorSession {
  name: string
  role: OperatorRole
  /** What writing calls repeat in a header. */
  csrf: string
}

/** A session that has just begun, with what its cookie holds. */
export interface BegunSession {
  token: string
  session: OperatorSession
}

/** Operators of this server, and their sessions in the console. */
export interface Operators {
  /** The session of a cookie; undefined where it is over, or none. */
  sessionOf(token: string): Promise<OperatorSession | undefined>
  /** Fails with `signInFailed`, and with `lockedOut` after too many failures. */
  signIn(name: string, password: string, from: SignInSource): Promise<BegunSession>
  /** Makes the first admin, by the token of the link that the first start has printed. Fails with `badSetup`. */
  setUp(setup: string, name: string, password: string, from: SignInSource): Promise<BegunSession>
  signOut(token: string): Promise<void>
  signOutEverywhere(name: string): Promise<void>
  list(): Promise<Operator[]>
  /** Whether there is one. */
  any(): Promise<boolean>
  /** `by` is the operator who does it. */
  add(name: string, password: string, role: string, from: SignInSource, by: string): Promise<Operator>
  remove(name: string, by: string): Promise<void>
  setPassword(name: string, password: string, from: SignInSource, by: string): Promise<void>
}

/** URL-safe random text that nobody can guess. */
export const newToken = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')

/** How a token is stored: it is long and random, so a slow hash would add nothing. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** What writing calls of a session repeat: pages of other sites cannot read it, and it says nothing of the cookie. */
export const csrfOf = (token: string): string =>
  createHash('sha256').update(`csrf ${token}`).digest('base64url')
