import type { Server, WebSocketHandler } from 'bun'
import { limits } from '../domain/limits.ts'
import { count } from '../metrics/counters.ts'
import type { Arrivals } from './arrivals.ts'
import { type CutOff, closeCode } from './close.ts'
import type { Floods } from './floods.ts'
import type { Parts } from './parts.ts'
import { Connection, type Socket } from './session.ts'

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

/** What an operator sets for connections. */
export interface SocketTerms {
  /** Milliseconds between two pings. */
  ping: number
  connections: number
  perAddress: number
  /** Bytes that may wait for all slow clients together. */
  buffered: number
}

/** The address of a client, behind trusted proxies too. */
export type AddressOf = (request: Request, server: Server<unknown>) => string

/** What the gateway hands on to, and shares with others. */
interface Inside {
  arrived: Arrivals
  floods: Floods
  cutOff: CutOff
  addressOf: AddressOf
  /** Handles a frame; throws on one that no client sends. */
  receive(connection: Connection, bytes: Uint8Array): undefined | Promise<void>
  /** The last of a connection, logged in or not. */
  closed(connection: Connection): void
  /** Cuts off who reads too slowly; answers how many bytes wait for clients. */
  lookForSlow(): number
}

/** Sockets: accepts them, takes in their frames in order, and closes those that break the rules. */
export function gateway(
  { counters, now, log }: Pick<Parts, 'counters' | 'now' | 'log'>,
  terms: SocketTerms,
  { arrived, floods, cutOff, addressOf, receive, closed, lookForSlow }: Inside,
) {
  const connections = arrived.all
  let isStopped = false

  /** Notes that something came from a client; false when it was too much, and the connection has been ended. */
  function hears(connection: Connection, bytes: number): boolean {
    const at = performance.now()
    if (connection.hears(at, bytes)) return true
    if (connection.stage !== 'closed' && connection.session) floods.add(connection.session.user, at)
    cutOff(connection, 'flood', closeCode.policy)
    return false
  }

  /** A frame that cannot be read ends its connection; any other failure is ours and is logged. */
  function failed(connection: Connection, error: unknown): void {
    cutOff(connection, 'bad frame')
    log.debug({ err: error }, 'a connection was closed for a frame')
  }

  function take(connection: Connection, bytes: Uint8Array): undefined | Promise<void> {
    if (connection.stage === 'closed') return
    try {
      return receive(connection, bytes)?.catch((error) => failed(connection, error))
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
      if (goes) cutOff(goes, 'too many before login', closeCode.policy)
    },

    ping: ({ data }: Socket) => void hears(data, 0),
    pong: ({ data }: Socket) => void hears(data, 0),

    message({ data: connection }: Socket, bytes) {
      if (!hears(connection, bytes.length)) return
      if (typeof bytes === 'string') return cutOff(connection, 'text frame')
      if (connection.stage === 'new') {
        if (bytes.length > loginLimit) return cutOff(connection, 'frame too large', closeCode.tooBig)
        arrived.spoke(connection)
      }
      if (connection.stage === 'checking') return cutOff(connection, 'frame before login')
      if (connection.work) {
        if (++connection.waiting > waitingLimit)
          return cutOff(connection, 'too many frames', closeCode.policy)
        keepOrder(
          connection,
          connection.work.then(() => {
            connection.waiting -= 1
            return take(connection, bytes)
          }),
        )
        return
      }
      const work = take(connection, bytes)
      if (work) keepOrder(connection, work)
    },

    close({ data: connection }: Socket) {
      connection.stage = 'closed'
      arrived.remove(connection)
      counters.connections -= 1
      closed(connection)
    },
  }

  /** Pings a connection when it is time to; one that left earlier pings without any answer is gone. */
  function ping(connection: Connection, at: number): void {
    if (at < connection.pingAt) return
    if (connection.unanswered >= mostUnanswered) {
      cutOff(connection, 'no answer', closeCode.slow)
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
        cutOff(connection, 'no login', closeCode.policy)
        continue
      }
      const expires = connection.session?.expires ?? 0
      if (expires !== 0 && expires <= wall) {
        cutOff(connection, 'token expired', closeCode.policy)
        continue
      }
      ping(connection, at)
    }
    floods.sweep(at)
    counters.buffered = lookForSlow()
  }

  const sweeping = setInterval(sweep, sweepTime)
  sweeping.unref()

  return {
    websocket,

    /** Turns a request into a connection; an answer says why not. */
    upgrade(request: Request, server: Server<Connection>): Response | undefined {
      if (isStopped) return new Response(null, { status: 503 })
      const address = addressOf(request, server)
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
      for (const { socket } of connections) socket.close(closeCode.away, 'the server stops')
    },
  }
}
