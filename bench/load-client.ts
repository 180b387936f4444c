/** Clients of the real-time benches, cheap enough to leave the server the bottleneck: raw sockets that count frames without reading them. */
import type { Socket } from 'bun'
import { roomMessage } from '../src/realtime/encode.ts'
import {
  CommSyncUL,
  MessageBody,
  Meta_NameSpace,
  MSync,
  MSync_Command,
  MUCBody,
  type MUCBody_Operation,
  Provision,
} from '../src/realtime/generated/protocol.ts'
import { messageIds } from '../src/realtime/ids.ts'
import { joined } from '../src/realtime/joined-frame.ts'

export interface Client {
  socket: Socket<Client>
  /** Bytes of the frame under way that are still to come, and a head that came in pieces. */
  left: number
  head: number[]
  upgraded: boolean
  isReady: boolean
  /** A frame begins that has so many bytes. */
  onFrame(bytes: number): void
}

const binary = 0x82
/** A frame as clients write it, with a mask that changes nothing. */
export function framed(payload: Uint8Array, kind = binary): Uint8Array {
  const { length } = payload
  const head = length < 126 ? [kind, length | 0x80] : [kind, 126 | 0x80, length >> 8, length & 255]
  const bytes = new Uint8Array(head.length + 4 + length)
  bytes.set(head)
  bytes.set(payload, head.length + 4)
  return bytes
}

/** Of the last message. */
let lastId = BigInt(Date.now()) * 1000n
export const nextId = (): bigint => ++lastId

const sync = (ns: Meta_NameSpace, payload: Uint8Array, room: string): Uint8Array => {
  const meta = { id: nextId(), ns, to: { name: room, domain: 'conference.easemob.com' }, payload }
  return framed(
    MSync.encode({ command: MSync_Command.SYNC, payload: CommSyncUL.encode({ meta }).finish() }).finish(),
  )
}

export const said = 'Good evening to everybody in this room, from wherever you are tonight.'

const body = {
  type: 3,
  contents: [{ type: 0, text: said }],
} as const
const resource = 'bench'
const encoded = MessageBody.encode({ ...body, contents: [...body.contents] }).finish()

export const message = (room: string): Uint8Array => sync(Meta_NameSpace.CHAT, encoded, room)

export const move = (operation: MUCBody_Operation, room: string): Uint8Array =>
  sync(
    Meta_NameSpace.MUC,
    MUCBody.encode({ mucId: { name: room }, operation, isChatroom: true }).finish(),
    room,
  )

/** How many of these messages stand in a frame of so many bytes. */
export function messagesIn(room: string, sender: string): (bytes: number) => number {
  const now = Date.now()
  const known = { id: messageIds(0)(now), room, sender, resource, at: now }
  const one = roomMessage(known, { ...body, contents: [...body.contents] }, undefined)
  const each = joined([one, one]).length - one.length
  return (bytes) => Math.max(1, Math.round((bytes - one.length) / each) + 1)
}

export function login(appKey: string, name: string, token: string): Uint8Array {
  const guid = { appKey, name, clientResource: resource }
  const payload = Provision.encode({ resource }).finish()
  return framed(
    MSync.encode({ command: MSync_Command.PROVISION, guid, auth: `$t$${token}`, payload }).finish(),
  )
}

const upgradeOf = (path: string, protocol: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${protocol && `Sec-WebSocket-Protocol: ${protocol}\r\n`}\r\n`

/** The answer to a ping: masked, and empty, as the pings of the server are. */
const pong = new Uint8Array([0x8a, 0x80, 0, 0, 0, 0])

/** Counts the frames in what has come, without reading them. */
function count(client: Client, bytes: Uint8Array): void {
  let at = 0
  while (at < bytes.length) {
    if (client.left > 0) {
      const some = Math.min(client.left, bytes.length - at)
      client.left -= some
      at += some
      continue
    }
    client.head.push(bytes[at++] as number)
    const length = (client.head[1] ?? 0) & 0x7f
    const size = length === 126 ? 4 : length === 127 ? 10 : 2
    if (client.head.length < size) continue
    client.left = size === 2 ? length : client.head.slice(2).reduce((total, byte) => total * 256 + byte, 0)
    const isPing = ((client.head[0] ?? 0) & 0x0f) === 9
    client.head = []
    if (isPing) {
      client.socket.write(pong)
      continue
    }
    client.onFrame(client.left)
  }
}

/** Connects, and writes `hello`; resolves when so many frames have come in reply. */
export async function connect(url: string, hello: Uint8Array, replies = 1, protocol = ''): Promise<Client> {
  const { hostname, port, pathname } = new URL(url)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let awaited = replies
  const client: Client = {
    socket: undefined as unknown as Socket<Client>,
    left: 0,
    head: [],
    upgraded: false,
    isReady: false,
    onFrame: () => {
      awaited -= 1
      if (awaited > 0) return
      client.isReady = true
      client.onFrame = () => undefined
      resolve()
    },
  }
  client.socket = await Bun.connect<Client>({
    hostname,
    port: Number(port),
    data: client,
    socket: {
      open: (opened) => void opened.write(upgradeOf(pathname === '/' ? '/websocket' : pathname, protocol)),
      data(socket, bytes) {
        if (client.upgraded) return count(client, bytes)
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) return
        client.upgraded = true
        socket.write(hello)
        if (end + 4 < bytes.length) count(client, bytes.subarray(end + 4))
      },
      close() {
        if (!client.isReady) reject(new Error('a connection was refused'))
      },
      error: (_, error) => reject(error),
    },
  })
  await promise
  return client
}
