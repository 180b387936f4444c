import type { NodePresence } from '../cluster/presence.ts'
import type { AskThreads, DeviceLogin } from '../cluster/presence-types.ts'
import { limits } from '../domain/limits.ts'
import { connectedHere } from './connected-here.ts'
import { StatisticsBody_Operation } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { LiveUser, Session } from './session.ts'

/** Ways to the other threads of this process, or to the other nodes, which are told and not asked. */
export interface Elsewhere {
  /** Tells them of a login here. */
  tell(login: DeviceLogin): void
  ask?: AskThreads
}

type LogOut = (session: Session, operation: StatisticsBody_Operation) => void

/**
 * A device is connected once, to whatever thread or node, and a user to one process with so many devices. Of two that log in at the
 * same time the one with the later id stays.
 */
export function deviceLogins(
  { live, newId, now, tally, log }: Pick<Parts, 'live' | 'newId' | 'now' | 'tally' | 'log'>,
  { changed }: Pick<NodePresence, 'changed'>,
  others: Elsewhere | undefined,
) {
  const devicesOf = ({ app, username }: LiveUser) => tally.counter(`devices ${app}/${username}`)
  const here = connectedHere(live)

  const elsewhere =
    (logOut: LogOut) =>
    ({ app, username, resource, id }: DeviceLogin): void => {
      for (const session of [...(live.user(app, username)?.sessions ?? [])])
        if (session.resource === resource && session.loginId < id)
          logOut(session, StatisticsBody_Operation.USER_LOGIN_ANOTHER_DEVICE)
    }

  /** Ends the oldest logins of a user who has too many, on whatever threads they are. */
  async function endOldest(
    { ask, tell }: Required<Elsewhere>,
    { app, username }: LiveUser,
    logOut: LogOut,
  ): Promise<void> {
    const all = [...here.logins(app, username), ...(await ask('logins', app, username)).flat()]
    all.sort((one, other) => (one.id < other.id ? 1 : -1))
    for (const { resource, id } of all.slice(limits.devices.value)) {
      const login = { app, username, resource, id: id + 1n }
      tell(login)
      elsewhere(logOut)(login)
    }
  }

  return {
    /** A session has begun here. */
    begun(session: Session, logOut: LogOut): void {
      const { user, resource } = session
      changed(user)
      if (!others) return
      session.loginId = newId(now())
      others.tell({ app: user.app, username: user.username, resource, id: session.loginId })
      const { ask, tell } = others
      if (!ask || devicesOf(user).add(1) <= limits.devices.value) return
      endOldest({ ask, tell }, user, logOut).catch((error) =>
        log.error({ err: error }, 'the oldest connection of a user could not be closed'),
      )
    },

    /** A session has ended here. */
    ended({ user }: Session): void {
      changed(user)
      if (others?.ask) devicesOf(user).add(-1)
    },

    /** A device has logged in to another thread or node: it is not connected here any more. */
    elsewhere,
  }
}
