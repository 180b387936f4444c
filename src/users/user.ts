import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'

/** Someone registered in an app. `username` is the user id, always in lower case. */
export interface User {
  uuid: string
  username: string
  nickname: string | null
  activated: boolean
  /** Unix ms. */
  created: number
  /** Unix ms. */
  modified: number
}

/** What a login is checked against. Never leaves the server. */
export interface UserRecord extends User {
  passwordHash: string | null
  /** Rises when the user's tokens must end; a token carries the number it was issued under. Starts at random. */
  tokenEpoch: number
}

/** Someone to register; `passwordHash` is null for a user that logs in through `inherit` only. */
export interface NewUser {
  username: string
  passwordHash: string | null
  nickname: string | null
}

const legal = /^[a-z0-9_.-]+$/i

/** User ids are compared in lower case everywhere (account system: user id rules). */
export const foldUsername = (username: string): string => username.toLowerCase()

/** A user id as it is kept. Fails with `illegal_argument` when it is over 64 bytes or has other characters. */
export function checkUsername(given: string): string {
  const username = foldUsername(given)
  if (Buffer.byteLength(username) > limits.userId.value)
    throw new Failure('illegal_argument', 'USERNAME_TOO_LONG')
  if (!legal.test(given)) throw new Failure('illegal_argument', `username [${given}] is not legal`)
  return username
}

/** Fails with `illegal_argument` when a nickname is over 100 characters. */
export function checkNickname(nickname: string): string {
  if ([...nickname].length > limits.nickname.value) throw new Failure('illegal_argument', 'NICKNAME_TOO_LONG')
  return nickname
}

/** Fails with `illegal_argument` when a password is empty or over 64 characters. */
export function checkPassword(password: string): string {
  if (password === '') throw new Failure('illegal_argument', 'password or pin must provided')
  if ([...password].length > limits.password.value)
    throw new Failure('illegal_argument', 'password is longer than 64 characters')
  return password
}

/** The reference's words for a user that a room operation names and that is not registered. */
export const userMissing = (username: string): Failure =>
  new Failure('resource_not_found', `username ${username} doesn't exist!`)
