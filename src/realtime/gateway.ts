import type { Server, WebSocketHandler } from 'bun'
import { limits } from '../domain/limits.ts'
import { count } from '../metrics/counters.ts'
import { arrivals } from './arrivals.ts'
import { FrameReader } from './bytes.ts'
import { loggedOut, nothingUnread } from './frames.ts'
import { MSync, MSync_Command } from './generated/protocol.ts'
import { outgoing } from './outgoing.ts'
import type { Parts } from './parts.ts'
import { Connection, isSession, type Session, type Socket } from './session.ts'

/** Largest frame, in bytes; a larger one closes the connection. */
const frameLimit = limits.frameBytes.value
/** Largest first frame: a login is small. */
const loginLimit = limits.loginFrameBytes.value
/** Frames of one connection that may wait for their turn. */
const waitingLimit = limits.framesWaiting.value
/** Milliseconds in which a connection must have logged in. */
const loginTime = limits.loginTime.value

/** Pings in a row to which nothing comes, before a connection counts as gone. */
const mostUnanswered = 2
/** Milliseconds between two looks at all connections. */
const sweepTime = 250
/** Bytes that a closing connection may still hand over; with more it is ended at once, and its memory freed. */
const lastBytes = 64 * 1024

/** What an operator sets for connections. */
export interface SocketTerms {
  /** Milliseconds between two pings. */
  ping: number
  connections: number
  perAddress: number
  /** Bytes that may wait for all slow clients together. */
  buffered: number
}

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
export function gateway(
  { counters, now, log }: Pick<Parts, 'counters' | 'now' | 'log'>,
  terms: SocketTerms,
  inside: Inside,
) {
  const arrived = arrivals(terms)
  const connections = arrived.all
  /** Until when (monotonic ms) users stay out whose connection was closed for a flood. */
  const flooded = new Map<string, number>()
  const slow = outgoing(connections, terms.buffered, (connection, reason) =>
    cutOff(connection, reason, close.slow),
  )
  let isStopped = false

  /** Ends a connection for a counted reason. */
  function cutOff(connection: Connection, reason: string, code: number = close.protocol): void {
    if (connection.stage === 'closed') return
    count(counters.cutOff, reason)
    const { socket } = connection
    if (code === close.slow || socket.getBufferedAmount() > lastBytes) socket.terminate()
    else socket.close(code, reason)
  }

  /** Notes that something came from a client; false when it was too much, and the connection has been ended. */
  function hears(connection: Connection, bytes: number): boolean {
    const at = performance.now()
    if (connection.hears(at, bytes)) return true
    if (connection.stage !== 'closed' && connection.user)
      flooded.set(`${connection.user.app}/${connection.user.username}`, at + limits.floodTime.value)
    cutOff(connection, 'flood', close.policy)
    return false
  }

  async function logIn(connection: Connection, frame: MSync): Promise<void> {
    connection.stage = 'checking'
    arrived.spoke(connection)
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
    backpressureLimit: limits.burstBytes.value,
    closeOnBackpressureLimit: true,
    perMessageDeflate: false,
    // What is sent to a client counts for this too: it only ends what is left of connections that were closed.
    idleTimeout: 120,
    sendPings: false,

    open(socket) {
      socket.data.socket = socket
      counters.connections += 1
      const goes = arrived.add(socket.data)
      if (goes) cutOff(goes, 'too many before login', close.policy)
    },

    ping: ({ data }: Socket) => void hears(data, 0),
    pong: ({ data }: Socket) => void hears(data, 0),

    message({ data: connection }: Socket, bytes) {
      if (!hears(connection, bytes.length)) return
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
      arrived.remove(connection)
      counters.connections -= 1
      inside.closed(connection)
    },
  }

  /** Pings a connection when it is time to; one that left earlier pings without any answer is gone. */
  function ping(connection: Connection, at: number): void {
    if (at < connection.pingAt) return
    if (connection.unanswered >= mostUnanswered) {
      cutOff(connection, 'no answer', close.slow)
      return
    }
    connection.unanswered += 1
    connection.pingAt = at + terms.ping
    connection.socket.ping()
  }

  /** Closes whoever has not logged in in time, does not answer, or has a token that has ended. */
  function sweep(): void {
    const at = performance.now()
    const wall = now()
    for (const connection of connections) {
      if (connection.stage !== 'open' && at - connection.since > loginTime) {
        cutOff(connection, 'no login', close.policy)
        continue
      }
      if (connection.expires !== 0 && connection.expires <= wall) {
        cutOff(connection, 'token expired', close.policy)
        continue
      }
      ping(connection, at)
    }
    for (const [user, until] of flooded) if (until <= at) flooded.delete(user)
    counters.buffered = slow.look()
  }

  const sweeping = setInterval(sweep, sweepTime)
  sweeping.unref()

  return {
    websocket,
    cutOff,

    wrote: slow.wrote,

    /** Whether a user stays out for a while, since it has flooded the server. */
    isFlooder: (app: number, username: string): boolean => flooded.has(`${app}/${username}`),

    /** Turns a request into a connection; an answer says why not. */
    upgrade(request: Request, server: Server<Connection>): Response | undefined {
      if (isStopped) return new Response(null, { status: 503 })
      const address = server.requestIP(request)?.address ?? ''
      const refusal = arrived.refusal(address)
      if (refusal !== undefined) {
        count(counters.connectionsRefused, refusal)
        return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
      }
      const at = performance.now()
      // Those that come at the same time are not all pinged at the same time.
      const data = new Connection(address, at, at + terms.ping * (0.5 + Math.random() / 2))
      if (server.upgrade(request, { data })) return undefined
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
