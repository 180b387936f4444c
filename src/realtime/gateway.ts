import type { Server, WebSocketHandler } from 'bun'
import { MiB } from '../domain/limits/limit.ts'
import { limits } from '../domain/limits.ts'
import { count } from '../metrics/counters.ts'
import type { Arrivals } from './arrivals.ts'
import { type CutOff, closeCode } from './close.ts'
import { closeOver } from './drain.ts'
import type { Floods } from './floods.ts'
import { frameOrder } from './frame-order.ts'
import type { Parts } from './parts.ts'
import type { NoticeTerms } from './presence-throttle.ts'
import { type BatchTerms, batchTerms } from './room-outbox.ts'
import { Connection, type Socket } from './session.ts'
import { idleSeconds, sweeping } from './sweep.ts'

/** Largest frame, in bytes; a larger one closes the connection. */
const frameLimit = limits.frameBytes.value
/** Largest first frame: a login is small. */
const loginLimit = limits.loginFrameBytes.value
/** What an operator sets for connections. */
export interface SocketTerms {
  pingMs: number
  connections: number
  perAddress: number
  /** Bytes that may wait for all slow clients together. */
  buffered: number
  batching: BatchTerms
  notices: NoticeTerms
  /** Connections of other threads of this process, which count for `connections` too. */
  connectionsElsewhere?(): number
  connectionsChanged?(count: number): void
}

/** The terms that the settings of the server name, of which each of so many threads has its share. */
export const socketTerms = (
  settings: {
    ping_interval: number
    max_connections: number
    address_connections: number
    send_buffers: number
    batch_tick: number
    presence_large_room: number
    presence_rate: number
    presence_names: number
  },
  batching: Partial<BatchTerms> = {},
  threads = 1,
): SocketTerms => ({
  pingMs: settings.ping_interval * 1000,
  connections: settings.max_connections,
  perAddress: settings.address_connections,
  buffered: (settings.send_buffers * MiB) / threads,
  batching: { ...batchTerms(settings.batch_tick), ...batching },
  notices: {
    largeRoom: settings.presence_large_room / threads,
    perSecond: settings.presence_rate / threads,
    names: settings.presence_names,
  },
})

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
  /** Cuts off who reads too slowly; returns how many bytes wait for clients. */
  lookForSlow(): number
  /** The event loop was late by so many ms. */
  late(ms: number): void
}

/** Sockets: accepts them, takes in their frames in order, and closes those that break the rules. */
export function gateway(
  { counters, now, log }: Pick<Parts, 'counters' | 'now' | 'log'>,
  terms: SocketTerms,
  { arrived, floods, cutOff, addressOf, receive, closed, lookForSlow, late }: Inside,
) {
  const connections = arrived.all
  let isStopped = false

  /** Notes that something came from a client; false when it was too much, and the connection has been ended. */
  function received(connection: Connection, bytes: number): boolean {
    const at = performance.now()
    if (connection.received(at, bytes)) return true
    if (connection.stage !== 'closed' && connection.session) floods.add(connection.session.user)
    cutOff(connection, 'flood', closeCode.policy)
    return false
  }

  const inOrder = frameOrder(receive, cutOff, log)

  const websocket: WebSocketHandler<Connection> = {
    data: {} as Connection,
    maxPayloadLength: frameLimit,
    backpressureLimit: limits.burstBytes.value,
    closeOnBackpressureLimit: true,
    perMessageDeflate: false,
    // What is sent to a client counts for this too, pings as well: it only ends what is left of connections that were closed.
    idleTimeout: idleSeconds(terms.pingMs),
    sendPings: false,

    open(socket) {
      socket.data.socket = socket
      counters.connections += 1
      const goes = arrived.add(socket.data)
      if (goes) cutOff(goes, 'too many before login', closeCode.policy)
    },

    ping: ({ data }: Socket) => void received(data, 0),
    pong: ({ data }: Socket) => void received(data, 0),

    message({ data: connection }: Socket, bytes) {
      if (!received(connection, bytes.length)) return
      if (typeof bytes === 'string') return cutOff(connection, 'text frame')
      if (connection.stage === 'new') {
        if (bytes.length > loginLimit) return cutOff(connection, 'frame too large', closeCode.tooBig)
        arrived.spoke(connection)
      }
      if (connection.stage === 'checking') return cutOff(connection, 'frame before login')
      inOrder(connection, bytes)
    },

    close({ data: connection }: Socket) {
      connection.stage = 'closed'
      arrived.remove(connection)
      counters.connections -= 1
      closed(connection)
    },
  }

  const stopSweeping = sweeping(connections, { pingMs: terms.pingMs, now, cutOff }, (lateMs) => {
    late(lateMs)
    counters.buffered = lookForSlow()
  })

  return {
    websocket,

    /** Turns a request into a connection; returns a response with the reason where it is refused. */
    upgrade(request: Request, server: Server<Connection>): Response | undefined {
      if (isStopped) return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
      const address = addressOf(request, server)
      const refusal = arrived.refusal(address)
      if (refusal !== undefined) {
        count(counters.connectionsRefused, refusal)
        return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
      }
      const at = performance.now()
      // Those that come at the same time are not all pinged at the same time.
      const data = new Connection(address, at, at + terms.pingMs * (0.5 + Math.random() / 2))
      if (server.upgrade(request, { data })) return undefined
      arrived.dismiss(address)
      return new Response('{"error":"upgrade_required"}', {
        status: 426,
        headers: { 'content-type': 'application/json', upgrade: 'websocket' },
      })
    },

    /** Makes no more connections, and closes those there are over some time. */
    drain(ms: number): Promise<void> {
      isStopped = true
      return closeOver(connections, ms)
    },

    /** Closes every connection: clients come back to another node, or to this one. */
    stop(): void {
      isStopped = true
      stopSweeping()
      for (const { socket } of connections) socket.close(closeCode.away, 'the server stops')
    },
  }
}
