import type { NodePresence } from '../cluster/presence.ts'
import type { DeviceLogin } from '../cluster/presence-types.ts'
import { StatisticsBody_Operation } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { Session } from './session.ts'

/**
 * A device is connected once, to whatever thread of this process. `others` tells them of a login here; of two at the same time the
 * one with the later id stays.
 */
export function deviceLogins(
  { live, newId, now }: Pick<Parts, 'live' | 'newId' | 'now'>,
  { changed }: Pick<NodePresence, 'changed'>,
  others: ((login: DeviceLogin) => void) | undefined,
) {
  return {
    changed,

    /** A session has begun here. */
    begun(session: Session): void {
      changed(session.user)
      if (!others) return
      session.loginId = newId(now())
      const { user, resource, loginId } = session
      others({ app: user.app, username: user.username, resource, id: loginId })
    },

    /** A device has logged in to another thread: it is not connected here any more. */
    elsewhere:
      (logOut: (session: Session, operation: StatisticsBody_Operation) => void) =>
      ({ app, username, resource, id }: DeviceLogin): void => {
        for (const session of [...(live.user(app, username)?.sessions ?? [])])
          if (session.resource === resource && session.loginId < id)
            logOut(session, StatisticsBody_Operation.USER_LOGIN_ANOTHER_DEVICE)
      },
  }
}
