import { connect, type Socket } from 'node:net'
import { MSync, MSync_Command, Provision } from '../../src/realtime/generated/protocol.ts'

const request = `GET /websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`

export const opcode = { binary: 2, ping: 9, pong: 10 }

/** A frame as a client writes it, with a mask that changes nothing. */
function clientFrame(bytes: Uint8Array, kind = opcode.binary): Uint8Array {
  const length =
    bytes.length < 126 ? [bytes.length | 0x80] : [126 | 0x80, bytes.length >> 8, bytes.length & 255]
  return new Uint8Array([0x80 | kind, ...length, 0, 0, 0, 0, ...bytes])
}

/** A client below the level of WebSockets: it answers no ping, and reads only on request. */
export class RawSocket {
  readonly closed: Promise<void>
  isClosed = false

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.isClosed = true
        resolve()
      }),
    )
  }

  private next = () =>
    Promise.race([new Promise<unknown>((resolve) => this.socket.once('data', resolve)), this.closed])

  static async open(url: string): Promise<RawSocket> {
    const made = new RawSocket(connect(Number(new URL(url).port), '127.0.0.1'))
    made.socket.write(request)
    await made.next()
    return made
  }

  static async login(url: string, appKey: string, name: string, token: string, resource = 'raw') {
    const made = await RawSocket.open(url)
    const guid = { appKey, name, clientResource: resource }
    const payload = Provision.encode({ resource }).finish()
    made.write(
      MSync.encode({ command: MSync_Command.PROVISION, guid, auth: `$t$${token}`, payload }).finish(),
    )
    await made.next()
    return made
  }

  write(bytes: Uint8Array, kind?: number): void {
    this.socket.write(clientFrame(bytes, kind))
  }

  /** Writes the same frame again and again, as fast as it goes, until the server ends it. */
  async flood(bytes: Uint8Array, kind?: number): Promise<void> {
    this.socket.on('data', () => undefined)
    const frame = clientFrame(bytes, kind)
    const many = Buffer.concat(Array.from({ length: 2000 }, () => frame))
    while (!this.isClosed) {
      if (!this.socket.write(many))
        await Promise.race([new Promise((resolve) => this.socket.once('drain', resolve)), this.closed])
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  end(): void {
    this.socket.destroy()
  }
}
