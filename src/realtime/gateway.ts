import type { Server, WebSocketHandler } from 'bun'
import { limits } from '../limits.ts'
import { FrameReader } from './bytes.ts'
import { count } from './counters.ts'
import { loggedOut, nothingUnread } from './frames.ts'
import type { Parts } from './parts.ts'
import { MSync, MSync_Command } from './protocol.ts'
import { Connection, isSession, type Session, type Socket } from './session.ts'

/** Largest frame, in bytes; a larger one closes the connection. */
const frameLimit = limits.frameBytes.value
/** Largest first frame: a login is small. */
const loginLimit = limits.loginFrameBytes.value
/**
 * Bytes that may wait for a slow client before it is cut off. It is looked at whenever `look` bytes were written to
 * rooms; `hard` is the socket's own limit, for a burst in between.
 */
const buffered = { look: 256 * 1024, most: limits.bufferedBytes.value, hard: limits.burstBytes.value }
/** Frames of one connection that may wait for their turn. */
const waitingLimit = limits.framesWaiting.value
/** Milliseconds in which a connection must have logged in. */
const loginTime = limits.loginTime.value

/** Close codes: those of RFC 6455, and one for a client that reads too slowly. */
const close = { done: 1000, away: 1001, protocol: 1002, policy: 1008, slow: 1013 }

/** What the gateway hands on. */
interface Inside {
  /** Handles the first frame; false refuses the connection, which is then closed. */
  logIn(connection: Connection, frame: MSync): Promise<boolean>
  /** Handles one SYNC of a connection. */
  sync(session: Session, payload: Uint8Array | undefined, reader: FrameReader): undefined | Promise<void>
  /** The last of a connection, logged in or not. */
  closed(connection: Connection): void
}

/** Sockets: accepts them, reads their frames in order, and closes those that break the rules. */
export function gateway({ counters, now, log }: Pick<Parts, 'counters' | 'now' | 'log'>, inside: Inside) {
  const connections = new Set<Connection>()
  /** Bytes written to rooms since slow clients were looked for. */
  let written = 0
  let isStopped = false

  /** Ends a connection for a counted reason. */
  function cutOff(connection: Connection, reason: string, code: number = close.protocol): void {
    if (connection.stage === 'closed') return
    count(counters.cutOff, reason)
    if (code === close.slow) connection.socket.terminate()
    else connection.socket.close(code, reason)
  }

  async function logIn(connection: Connection, frame: MSync): Promise<void> {
    connection.stage = 'checking'
    if (await inside.logIn(connection, frame)) return
    counters.loginsRefused += 1
    connection.socket.close(close.policy, 'login refused')
  }

  function handle(connection: Connection, bytes: Uint8Array): undefined | Promise<void> {
    const reader = new FrameReader(bytes)
    const frame = reader.read(MSync, bytes)
    if (connection.stage === 'new') {
      if (frame.command !== MSync_Command.PROVISION) throw new Error('nothing comes before the login')
      return logIn(connection, frame)
    }
    if (!isSession(connection)) throw new Error('the login is not finished')
    switch (frame.command ?? MSync_Command.SYNC) {
      case MSync_Command.SYNC:
        return inside.sync(connection, frame.payload, reader)
      case MSync_Command.UNREAD:
        connection.send(nothingUnread(now()))
        return
      case MSync_Command.LOGOUT:
        connection.send(loggedOut())
        connection.socket.close(close.done, 'logged out')
        return
      default:
        throw new Error('a frame that no client sends now')
    }
  }

  /** A frame that cannot be read ends its connection; any other failure is ours and is logged. */
  function failed(connection: Connection, error: unknown): void {
    cutOff(connection, 'bad frame')
    log.debug({ err: error }, 'a connection was closed for a frame')
  }

  function receive(connection: Connection, bytes: Uint8Array): undefined | Promise<void> {
    if (connection.stage === 'closed') return
    try {
      return handle(connection, bytes)?.catch((error) => failed(connection, error))
    } catch (error) {
      failed(connection, error)
    }
  }

  /** Lets later frames of a connection wait until `work` is done. */
  function keepOrder(connection: Connection, work: Promise<void>): void {
    const mine = work.then(() => {
      if (connection.work === mine) connection.work = undefined
    })
    connection.work = mine
  }

  const websocket: WebSocketHandler<Connection> = {
    data: {} as Connection,
    maxPayloadLength: frameLimit,
    backpressureLimit: buffered.hard,
    closeOnBackpressureLimit: true,
    perMessageDeflate: false,
    idleTimeout: 120,

    open(socket) {
      socket.data.socket = socket
      connections.add(socket.data)
      counters.connections += 1
    },

    message({ data: connection }: Socket, bytes) {
      if (typeof bytes === 'string') return cutOff(connection, 'text frame')
      if (connection.stage === 'new' && bytes.length > loginLimit)
        return cutOff(connection, 'frame too large', 1009)
      if (connection.stage === 'checking') return cutOff(connection, 'frame before login')
      if (connection.work) {
        if (++connection.waiting > waitingLimit) return cutOff(connection, 'too many frames', close.policy)
        keepOrder(
          connection,
          connection.work.then(() => {
            connection.waiting -= 1
            return receive(connection, bytes)
          }),
        )
        return
      }
      const work = receive(connection, bytes)
      if (work) keepOrder(connection, work)
    },

    close({ data: connection }: Socket) {
      connection.stage = 'closed'
      connections.delete(connection)
      counters.connections -= 1
      inside.closed(connection)
    },
  }

  /** Closes whoever has not logged in in time, or whose token has ended. */
  function sweep(): void {
    const at = now()
    for (const connection of connections) {
      if (connection.stage !== 'open') {
        if (at - connection.since > loginTime) cutOff(connection, 'no login', close.policy)
        continue
      }
      if (connection.expires !== 0 && connection.expires <= at)
        cutOff(connection, 'token expired', close.policy)
    }
  }

  function cutOffSlow(): void {
    written = 0
    for (const connection of connections) {
      if (connection.socket.getBufferedAmount() > buffered.most) cutOff(connection, 'slow reader', close.slow)
    }
  }

  const sweeping = setInterval(sweep, 250)
  sweeping.unref()

  return {
    websocket,
    cutOff,

    /** Notes that so many bytes were written to a room. */
    wrote(bytes: number): void {
      if (written < buffered.look && written + bytes >= buffered.look) setImmediate(cutOffSlow)
      written += bytes
    },

    /** Turns a request into a connection; an answer says why not. */
    upgrade(request: Request, server: Server<Connection>): Response | undefined {
      if (isStopped) return new Response(null, { status: 503 })
      if (server.upgrade(request, { data: new Connection(now()) })) return undefined
      return new Response('{"error":"upgrade_required"}', {
        status: 426,
        headers: { 'content-type': 'application/json', upgrade: 'websocket' },
      })
    },

    /** Closes every connection: clients come back to another node, or to this one. */
    stop(): void {
      isStopped = true
      clearInterval(sweeping)
      for (const { socket } of connections) socket.close(close.away, 'the server stops')
    },
  }
}
