import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Received } from './receiver.ts'

/** What an endpoint does instead of taking a callback; `slow` takes it late, `forgets` takes it and hangs up. */
export const faults = ['fails', 'hangs', 'closes', 'redirects', 'slow', 'forgets'] as const
export type Fault = (typeof faults)[number]

/** A callback that came; `isAccepted` once it was answered with 2xx. */
export interface Receipt extends Received {
  isAccepted: boolean
}

/** Times that one callback meets a fault, at most: then its next attempt is within a second of a hasty server. */
const mostFailures = 3

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const responses: Partial<Record<Fault, string>> = {
  fails: 'HTTP/1.1 503 No\r\nContent-Type: text/html\r\nContent-Length: 11\r\n\r\n<h1>No</h1>',
  redirects: 'HTTP/1.1 307 There\r\nLocation: /trap\r\nContent-Length: 0\r\n\r\n',
  slow: ok,
}

/** Reads requests from a connection, one after the other. */
function requestsOn(socket: Socket, take: (head: string, text: string) => void): void {
  let bytes: Buffer = Buffer.alloc(0)
  socket.on('data', (part: Buffer) => {
    bytes = Buffer.concat([bytes, part])
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = bytes.subarray(0, end).toString()
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (bytes.length < end + 4 + length) return
    const text = bytes.subarray(end + 4, end + 4 + length).toString()
    bytes = bytes.subarray(end + 4 + length)
    take(head, text)
  })
}

/** A server of an app that receives callbacks, and has faults when it is told to; of sockets, so that it closes when it says so. */
export async function aFaultyReceiver(hangMs: number) {
  const receipts: Receipt[] = []
  const failures = new Map<string, number>()
  const used = new Map<Fault, number>()
  const sockets = new Set<Socket>()
  let [fault, left] = ['slow' as Fault, 0]
  let trapped = 0

  function faultOf(callId: string): Fault | undefined {
    const failed = failures.get(callId) ?? 0
    if (left === 0 || failed >= mostFailures) return undefined
    left -= 1
    failures.set(callId, failed + 1)
    used.set(fault, (used.get(fault) ?? 0) + 1)
    return fault
  }

  async function take(socket: Socket, head: string, text: string): Promise<void> {
    if (head.startsWith('POST /trap ')) trapped += 1
    const headers = new Headers()
    for (const line of head.split('\r\n').slice(1)) {
      const [name = '', value = ''] = line.split(/: (.*)/)
      headers.set(name, value)
    }
    const receipt = { text, body: JSON.parse(text), headers, isAccepted: false }
    receipts.push(receipt)
    const now = faultOf(receipt.body.callId)
    if (now === 'hangs') await Bun.sleep(hangMs)
    if (now === 'slow') await Bun.sleep(100)
    const response = now ? responses[now] : ok
    if (response === ok) receipt.isAccepted = true
    if (response === undefined) socket.destroy()
    else socket.write(response)
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    requestsOn(socket, (head, text) => void take(socket, head, text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    receipts,
    /** How often each fault was met. */
    used,
    trapped: () => trapped,
    /** Has a fault for the next so many requests. */
    have(next: Fault, times: number): void {
      fault = next
      left = times
    },
    stop(): void {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
