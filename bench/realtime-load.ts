/**
 * The clients of the real-time bench, cheap enough to leave the server the bottleneck: raw sockets that count frames
 * without reading them. Run by `realtime.ts`, which gives the job as JSON on standard input and reads the outcome.
 */
import type { Socket } from 'bun'
import {
  CommSyncUL,
  MessageBody,
  Meta_NameSpace,
  MSync,
  MSync_Command,
  MUCBody,
  MUCBody_Operation,
  Provision,
} from '../src/realtime/generated/protocol.ts'

/** What to do. `bare` speaks to the limit server: a topic instead of a login. */
export interface Job {
  url: string
  kind: 'chatroomd' | 'bare'
  appKey: string
  /** Members of each room, the first of them sends; tokens are empty for the limit server. */
  rooms: { id: string; members: { name: string; token: string }[] }[]
  /**
   * `flood`: a room gets its next message when a member in the middle has got one, so that the server is never idle;
   * `window` are under way. `paced`: one room, so many messages a second. `idle`: only
   * connects. `churn`: every member leaves and joins its room again and again.
   */
  mode: 'flood' | 'paced' | 'idle' | 'churn'
  window: number
  perSecond: number
  seconds: number
}

/** What came of it. */
export interface Outcome {
  /** Per second: frames delivered; joins and leaves in `churn`. */
  perSecond: number
  /** Milliseconds from sending to the last receiver. */
  p50: number
  p99: number
  messages: number
  /** Bytes of one delivery. */
  bytes: number
}

interface Room {
  id: string
  receivers: number
  sender: Client | undefined
  /** The member in the middle. */
  probe: Client | undefined
  sent: number
  /** Times of messages under way, the oldest first. */
  under: number[]
  received: number
}

interface Client {
  socket: Socket<Client>
  room: Room
  isSender: boolean
  /** Bytes of the frame under way that are still to come, and a head that came in pieces. */
  left: number
  head: number[]
  upgraded: boolean
  ready: () => void
  isReady: boolean
  onFrame: (bytes: number) => void
}

const job = (await Bun.stdin.json()) as Job
const { hostname, port } = new URL(job.url)
const topicOf = (id: string) => new TextEncoder().encode(id)

/** A frame as clients write it, with a mask that changes nothing. */
function framed(payload: Uint8Array): Uint8Array {
  const { length } = payload
  const head = length < 126 ? [0x82, length | 0x80] : [0x82, 126 | 0x80, length >> 8, length & 255]
  const bytes = new Uint8Array(head.length + 4 + length)
  bytes.set(head)
  bytes.set(payload, head.length + 4)
  return bytes
}

const sync = (ns: Meta_NameSpace, payload: Uint8Array, room: string, id: bigint): Uint8Array => {
  const meta = { id, ns, to: { name: room, domain: 'conference.easemob.com' }, payload }
  return framed(
    MSync.encode({ command: MSync_Command.SYNC, payload: CommSyncUL.encode({ meta }).finish() }).finish(),
  )
}

const text = MessageBody.encode({
  type: 3,
  contents: [{ type: 0, text: 'Good evening to everybody in this room, from wherever you are tonight.' }],
}).finish()

let lastId = BigInt(Date.now()) * 1000n
const message = (room: string): Uint8Array => sync(Meta_NameSpace.CHAT, text, room, ++lastId)

function login(name: string, token: string): Uint8Array {
  const guid = { appKey: job.appKey, name, clientResource: 'bench' }
  const payload = Provision.encode({ resource: 'bench' }).finish()
  return framed(
    MSync.encode({ command: MSync_Command.PROVISION, guid, auth: `$t$${token}`, payload }).finish(),
  )
}

const upgrade = `GET /websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`

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
    if (client.head.length === 0 && bytes.length - at >= 4) {
      const length = (bytes[at + 1] as number) & 0x7f
      if (length < 126) {
        at += 2
        client.left = length
        client.onFrame(length)
        continue
      }
      if (length === 126) {
        client.left = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
        at += 4
        client.onFrame(client.left)
        continue
      }
    }
    client.head.push(bytes[at++] as number)
    const length = (client.head[1] ?? 0) & 0x7f
    if (client.head.length < 2 || client.head.length < (length === 126 ? 4 : 2)) continue
    client.left = length === 126 ? ((client.head[2] as number) << 8) | (client.head[3] as number) : length
    client.head = []
    client.onFrame(client.left)
  }
}

const ignore = (): void => undefined

async function connect(
  room: Room,
  member: { name: string; token: string },
  isSender: boolean,
): Promise<Client> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = await Bun.connect<Client>({
    hostname,
    port: Number(port),
    data: {} as Client,
    socket: {
      open: (opened) => void opened.write(upgrade),
      data({ data: client }, bytes) {
        if (client.upgraded) return count(client, bytes)
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) return
        client.upgraded = true
        client.socket.write(job.kind === 'bare' ? framed(topicOf(room.id)) : login(member.name, member.token))
        if (end + 4 < bytes.length) count(client, bytes.subarray(end + 4))
      },
      close({ data: client }) {
        if (!client.isReady) throw new Error(`${member.name} was refused`)
      },
      error: (_, error) => {
        throw error
      },
    },
  })
  const client: Client = {
    socket,
    room,
    isSender,
    left: 0,
    head: [],
    upgraded: false,
    isReady: false,
    ready: resolve,
    onFrame: () => {
      client.isReady = true
      client.onFrame = ignore
      resolve()
    },
  }
  socket.data = client
  await promise
  return client
}

const clients: Client[] = []
const rooms: Room[] = []
for (const { id, members } of job.rooms) {
  const room: Room = {
    id,
    receivers: members.length - 1,
    sender: undefined,
    probe: undefined,
    sent: 0,
    under: [],
    received: 0,
  }
  rooms.push(room)
  for (let start = 0; start < members.length; start += 100) {
    const some = members.slice(start, start + 100)
    clients.push(...(await Promise.all(some.map((member, n) => connect(room, member, start + n === 0)))))
  }
  room.sender = clients.at(-members.length)
  room.probe = clients.at(-Math.ceil(members.length / 2))
}

let delivered = 0
let bytesOfOne = 0
let isMeasuring = false
const latencies: number[] = []

function send(room: Room): void {
  room.under.push(performance.now())
  room.sent += 1
  room.sender?.socket.write(message(room.id))
}

function receive(room: Room): void {
  room.received += 1
  if (isMeasuring) delivered += 1
  if (room.received < room.receivers) return
  room.received -= room.receivers
  const since = room.under.shift()
  if (since !== undefined && isMeasuring) latencies.push(performance.now() - since)
}

if (job.mode === 'flood' || job.mode === 'paced') {
  for (const client of clients) {
    if (client.isSender) continue
    const isProbe = job.mode === 'flood' && client === client.room.probe
    client.onFrame = (bytes) => {
      bytesOfOne = bytes
      receive(client.room)
      if (isProbe) send(client.room)
    }
  }
}

function churn(client: Client): void {
  let joins = false
  const next = () => {
    if (isMeasuring) delivered += 1
    const operation = joins ? MUCBody_Operation.JOIN : MUCBody_Operation.LEAVE
    joins = !joins
    const body = MUCBody.encode({ mucId: { name: client.room.id }, operation, isChatroom: true }).finish()
    client.socket.write(sync(Meta_NameSpace.MUC, body, client.room.id, ++lastId))
  }
  client.onFrame = next
  next()
}

console.log('connected')
if (job.mode === 'idle') {
  await Bun.sleep(job.seconds * 1000)
} else {
  if (job.mode === 'flood') for (const room of rooms) for (let n = 0; n < job.window; n += 1) send(room)
  if (job.mode === 'churn') for (const client of clients) churn(client)
  const pace =
    job.mode === 'paced' ? setInterval(() => send(rooms[0] as Room), 1000 / job.perSecond) : undefined
  await Bun.sleep(job.seconds * 300)
  isMeasuring = true
  console.log('measuring')
  const from = performance.now()
  await Bun.sleep(job.seconds * 1000)
  isMeasuring = false
  const seconds = (performance.now() - from) / 1000
  console.log('measured')
  clearInterval(pace)
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  const outcome: Outcome = {
    perSecond: delivered / seconds,
    p50: at(0.5),
    p99: at(0.99),
    messages: latencies.length,
    bytes: bytesOfOne,
  }
  console.log(JSON.stringify(outcome))
}
process.exit(0)
