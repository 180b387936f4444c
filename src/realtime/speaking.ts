import type { Connection, Session } from './session.ts'

/** Who speaks where: what of a message decides whether it may be sent. */
export interface Speaking {
  session: Pick<Session, 'app' | 'user'> & { connection: Pick<Connection, 'stage'> }
  room: string
  recalls: number | undefined
  /** Seconds after which its sender may speak again; known once it is authorised. */
  slowMode: number
}
