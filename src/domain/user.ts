import { failure } from '../domain/failures.ts'
import { limits } from './limits.ts'

/** Someone registered in an app. `username` is the user id, always in lower case. */
export interface User {
  uuid: string
  username: string
  nickname: string | null
  activated: boolean
  /** Unix ms. */
  createdMs: number
  /** Unix ms. */
  modifiedMs: number
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

const idTooLong = failure('illegal_argument', 'USERNAME_TOO_LONG', {
  en: `a user id over ${limits.userId.value} bytes`,
  zh: `用户 ID 超过 ${limits.userId.value} 字节`,
})

const idIllegal = failure('illegal_argument', 'username [{username}] is not legal', {
  en: 'a user id with other characters than a-z, 0-9, `_`, `-`, `.`',
  zh: '用户 ID 含有 a-z、0-9、`_`、`-`、`.` 以外的字符',
})

export const idFailures = [idIllegal, idTooLong] as const

export const nicknameTooLong = failure('illegal_argument', 'NICKNAME_TOO_LONG', {
  en: `a nickname over ${limits.nickname.value} characters`,
  zh: `昵称超过 ${limits.nickname.value} 个字符`,
})

export const passwordMissing = failure('illegal_argument', 'password or pin must provided', {
  en: 'an empty password, or none without a token',
  zh: '密码为空，或未带 token 时未提供密码',
})

const passwordTooLong = failure(
  'illegal_argument',
  `password is longer than ${limits.password.value} characters`,
  {
    en: `a password over ${limits.password.value} characters`,
    zh: `密码超过 ${limits.password.value} 个字符`,
  },
)

export const passwordFailures = [passwordMissing, passwordTooLong] as const

/** One or two dots alone would be taken out of a path by clients on the way. */
const legal = /^(?!\.{1,2}$)[a-z0-9_.-]+$/i

/** User ids are compared in lower case everywhere [register]. */
export const foldUsername = (username: string): string => username.toLowerCase()

/** Whether a text can be a user id. */
export const isUsername = (given: string): boolean =>
  legal.test(given) && Buffer.byteLength(given) <= limits.userId.value

/** A user id as it is stored. Fails with `illegal_argument` when it is over 64 bytes or has other characters. */
export function checkUsername(given: string): string {
  const username = foldUsername(given)
  if (Buffer.byteLength(username) > limits.userId.value) throw idTooLong()
  if (!legal.test(given)) throw idIllegal({ username: given })
  return username
}

/** Fails with `illegal_argument` when a nickname is over 100 characters. */
export function checkNickname(nickname: string): string {
  if ([...nickname].length > limits.nickname.value) throw nicknameTooLong()
  return nickname
}

/** Fails with `illegal_argument` when a password is empty or over 64 characters. */
export function checkPassword(password: string): string {
  if (password === '') throw passwordMissing()
  if ([...password].length > limits.password.value) throw passwordTooLong()
  return password
}
