import { stands } from '../auth/tokens.ts'
import type { Heard } from '../cluster/heard-rooms.ts'
import { callbacksNeedStatus } from '../domain/callbacks/rule.ts'
import { limits } from '../domain/limits.ts'
import type { ActivityLog } from './activity-log.ts'
import { checkLogin } from './authenticate.ts'
import { type CutOff, closeCode } from './close.ts'
import type { deviceLogins } from './device-logins.ts'
import { forcedLogout, loggedIn, loginRefused, type Refusal } from './encode.ts'
import type { Floods } from './floods.ts'
import { type MSync, StatisticsBody_Operation, Status_ErrorCode } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import { whileMoving } from './reading.ts'
import { readingAgain } from './reading-again.ts'
import type { Connection, LiveUser, Session } from './session.ts'

/** Connections of one user; another one ends the oldest. */
const devices = limits.devices.value

const flooder: Refusal = { code: Status_ErrorCode.PLATFORM_LIMIT, reason: 'traffic limit' }

/** Puts a user into the rooms that the store has, and takes it out of others; resolves once their messages come. */
async function enterRooms(
  { store, live }: Pick<Parts, 'store' | 'live'>,
  heardRooms: Heard,
  user: LiveUser,
): Promise<void> {
  const { value: rooms, moved } = await whileMoving(user, () =>
    store.rooms.joinedRooms(user.app, user.username),
  )
  if (user.sessions.length > 0) live.settle(user, rooms, moved)
  await heardRooms.heard()
}

/** Brings a user who comes into its rooms; where that fails, all who wait for it are ended, and the next one tries again. */
async function arrive(
  parts: Pick<Parts, 'store' | 'live'>,
  heardRooms: Heard,
  restoreSent: (user: LiveUser) => Promise<void>,
  user: LiveUser,
): Promise<void> {
  await enterRooms(parts, heardRooms, user)
  if (!heardRooms.hearsAll) await restoreSent(user)
  user.arriving = undefined
}

/** Begins and ends sessions. */
export function sessions(
  parts: Parts,
  logins: Pick<ReturnType<typeof deviceLogins>, 'begun' | 'ended'>,
  floods: Floods,
  cutOff: CutOff,
  activity: Pick<ActivityLog, 'status'>,
  heardRooms: Heard,
  restoreSent: (user: LiveUser) => Promise<void>,
) {
  const { store, live, counters, now, newId } = parts

  /** Ends a session for good: the client does not come back by itself. */
  function logOut(session: Session, operation: StatisticsBody_Operation): void {
    session.isLoggedOut = true
    const at = now()
    session.send(forcedLogout(newId(at), operation, at))
    cutOff(session.connection, 'logged out', closeCode.done)
  }

  function refuse(connection: Connection, refusal: Refusal): void {
    connection.send(loginRefused(refusal))
    counters.loginsRefused += 1
    connection.socket.close(closeCode.policy, 'login refused')
  }

  /** Handles the first frame of a connection: makes a session of it, or closes it. */
  async function logIn(connection: Connection, frame: MSync): Promise<void> {
    connection.stage = 'checking'
    const login = await checkLogin(parts, frame)
    if ((connection.stage as string) === 'closed') return
    if ('reason' in login) return refuse(connection, login)
    if (floods.has(login.app.id, login.username)) return refuse(connection, flooder)
    const { session, isFirst } = live.add(connection, login)
    const { user, resource, expiresMs } = session
    for (const other of [...user.sessions]) {
      if (other === session) continue
      const isSurplus = user.sessions.length > devices && other === user.sessions[0]
      if (other.resource === resource || isSurplus)
        logOut(other, StatisticsBody_Operation.USER_LOGIN_ANOTHER_DEVICE)
    }
    logins.begun(session, logOut)
    if (isFirst) user.arriving = arrive(parts, heardRooms, restoreSent, user)
    await user.arriving
    if ((connection.stage as string) === 'closed') return
    connection.stage = 'open'
    counters.logins += 1
    session.isLoggedIn = true
    if (callbacksNeedStatus(session.app)) activity.status(session, 'login')
    session.send(loggedIn(resource, expiresMs === 0 ? undefined : expiresMs))
  }

  /** A user may have been changed, and joined or left rooms, by an event that was missed. */
  async function lookUp(user: LiveUser): Promise<void> {
    const stored = await store.users.findUser(user.app, user.username)
    for (const session of [...user.sessions]) {
      if (!stored?.activated || (session.epoch !== undefined && stored.tokenEpoch !== session.epoch))
        logOut(session, StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE)
    }
    await enterRooms(parts, heardRooms, user)
  }

  const again = readingAgain(parts, lookUp)

  return {
    logIn,
    logOut,

    /** A connection has closed, logged in or not. */
    closed({ session }: Connection): void {
      if (!session) return
      live.remove(session)
      if (session.isLoggedIn && callbacksNeedStatus(session.app))
        activity.status(session, session.isLoggedOut ? 'replaced' : 'logout')
      logins.ended(session)
    },

    /** Looks at the apps again: their settings, and whether tokens still stand. */
    appsChanged(): void {
      for (const { sessions } of [...live.users.values()]) {
        for (const session of [...sessions]) {
          const app = parts.findApp(session.app.org, session.app.name)
          const endsTokens = !app || !stands(app, session.tokenKey, now())
          if (app) session.app = app
          if (endsTokens) logOut(session, StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE)
        }
      }
    },

    /** Packets of other nodes were lost: invalidates what is cached and reads it again. */
    lookUpAll(): void {
      for (const room of live.rooms.values()) room.speech = undefined
      again.begin()
    },

    stop: again.stop,
  }
}
