import type { AppRecord } from '../domain/app.ts'
import type { Caller, Event } from '../domain/event.ts'
import { failure } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { checkUsername, type UserRecord } from '../domain/user.ts'
import type { Awaitable } from '../store/database.ts'
import type { ReadStore } from '../store/store.ts'
import type { Asker } from './fair-turns.ts'
import type { Passwords } from './passwords.ts'
import type { TokenChecker } from './tokens.ts'

interface Standing {
  /** The epoch of the user's tokens; undefined when the user may not log in. */
  epoch: number | undefined
  /** The epoch of the last token that was refused: another one may be newer than this, and is looked up. */
  refused?: number
  /** When this must be looked up again, in ms of the monotonic clock. */
  untilMs: number
}

/** Where a password comes from. */
type Source = Pick<Asker, 'source' | 'signal'>

/** How long a server may go on with what another one has changed meanwhile, in ms. */
const believed = 1000
/** Users that one server remembers. */
const remembered = limits.cachedUsers.value

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

const notActivated = failure('invalid_grant', 'user not activated', {
  en: 'the user is banned',
  zh: '用户已被封禁',
  lift: { en: 'activate the user', zh: '解除对该用户的封禁', calls: ['activateUser'] },
})

const userUnknown = failure(
  'invalid_grant',
  'user not found',
  {
    en: '`password`: the user is not registered',
    zh: '`password`：用户未注册',
    lift: { en: 'register the user', zh: '注册该用户', calls: ['registerUsers'] },
  },
  404,
)

const passwordWrong = failure('invalid_grant', 'invalid password', {
  en: '`password`: the password is wrong, or the user has none',
  zh: '`password`：密码错误，或用户没有密码',
  lift: {
    en: 'send the right password, or set a new one',
    zh: '使用正确的密码，或重置密码',
    calls: ['changePassword'],
  },
})

/** Why a user cannot log in. */
export const loginFailures = [userUnknown, passwordWrong, notActivated] as const

interface Parts {
  store: ReadStore
  checkToken: TokenChecker
  passwords: Passwords
  /** Unix ms. */
  now(): number
  /** By a monotonic clock. */
  elapsedMs(): number
}

/** Checks who a token or a password stands for. */
export function login({ store, checkToken, passwords, now, elapsedMs }: Parts) {
  const known = new Map<string, Standing>()
  let changes = 0

  async function ask(app: number, username: string, epoch: number | undefined): Promise<boolean> {
    const before = changes
    const user = await store.users.findUser(app, username)
    const current = user?.activated ? user.tokenEpoch : undefined
    const stands = epoch === undefined ? current !== undefined : current === epoch
    if (before !== changes) return stands
    if (known.size >= remembered) known.clear()
    const standing: Standing = { epoch: current, untilMs: elapsedMs() + believed }
    const isRefused = !stands && epoch !== undefined
    known.set(`${app}/${username}`, isRefused ? { ...standing, refused: epoch } : standing)
    return stands
  }

  /** A token that differs from what is remembered may be newer, whichever server has issued it: the store decides. */
  const isCurrent = (app: number, username: string, epoch: number | undefined): Awaitable<boolean> => {
    const standing = known.get(`${app}/${username}`)
    if (!standing || standing.untilMs <= elapsedMs()) return ask(app, username, epoch)
    // A token without an epoch stands for the user as soon as one is registered, on whatever server.
    if (epoch === undefined) return standing.epoch === undefined ? ask(app, username, epoch) : true
    if (standing.epoch === epoch) return true
    return standing.refused === epoch ? false : ask(app, username, epoch)
  }

  async function userOf(
    app: AppRecord,
    username: string,
    epoch: number | undefined,
  ): Promise<Caller | undefined> {
    if (await isCurrent(app.id, username, epoch)) return { kind: 'user', username }
    // Agora's builders sign the UUID of a user where its documentation has the user id.
    if (epoch !== undefined || !isUuid(username)) return undefined
    const named = await store.users.usernameOf(app.id, username)
    if (named === undefined || !(await isCurrent(app.id, named, undefined))) return undefined
    return { kind: 'user', username: named }
  }

  function callerOf(app: AppRecord, token: string): Awaitable<Caller | undefined> {
    const holder = checkToken(app, token, now())
    return holder?.kind === 'user' ? userOf(app, holder.username, holder.epoch) : holder
  }

  return {
    /**
     * Who calls with this token: the app or one of its users; undefined when it is not this app's, has
     * expired, or the user was deleted, deactivated or given a new password since.
     */
    callerOf,

    /** Whether this is a token of the app itself. */
    isApp: (app: AppRecord, token: string): boolean => checkToken(app, token, now())?.kind === 'app',

    /** The user that a token stands for; undefined for any other token. */
    async userOf(app: AppRecord, token: string): Promise<string | undefined> {
      const caller = await callerOf(app, token)
      return caller?.kind === 'user' ? caller.username : undefined
    },

    /**
     * The user with this name and password. Fails with the reference's `invalid_grant`: `user not found`,
     * `invalid password`, `user not activated`; with `service_unavailable` when too many log in at once.
     */
    async byPassword(app: AppRecord, given: string, password: string, from: Source): Promise<UserRecord> {
      const name = checkUsername(given)
      const user = await store.users.findUser(app.id, name)
      const asker = { app: app.id, name, ...from }
      const matches = await passwords.verify(password, user?.passwordHash ?? null, asker)
      if (!user) throw userUnknown()
      if (!matches) throw passwordWrong()
      if (!user.activated) throw notActivated()
      return user
    },

    /**
     * The user with this name, for the app itself (`inherit`). Undefined when there is none; fails with
     * `invalid_grant` when it is deactivated.
     */
    async byName(app: AppRecord, given: string): Promise<UserRecord | undefined> {
      const user = await store.users.findUser(app.id, checkUsername(given))
      if (user && !user.activated) throw notActivated()
      return user
    },

    /** Forgets a user that was changed. */
    onEvent(event: Event): void {
      if (event.type !== 'user.changed') return
      changes += 1
      known.delete(`${event.app}/${event.username}`)
    },
  }
}

export type Login = ReturnType<typeof login>
