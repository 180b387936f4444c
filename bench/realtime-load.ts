/**
 * The clients of the real-time bench. Run by `realtime.ts`, which gives the job as JSON on standard input and reads the
 * outcome.
 */
import { MUCBody_Operation } from '../src/realtime/generated/protocol.ts'
import { type Dialect, dialects } from './dialects.ts'
import { type Client, connect, move } from './load-client.ts'

/** What to do. `bare` speaks to the limit server. */
export interface Job {
  url: string
  kind: keyof typeof dialects
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
  /** Per second: messages delivered; joins and leaves in `churn`. */
  perSecond: number
  /** Messages delivered in one frame. */
  perFrame: number
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
  sender: Client
  /** The member in the middle. */
  probe: Client
  /** When each message was sent, and how many have got it. */
  sentAt: number[]
  got: number[]
}

const job = (await Bun.stdin.json()) as Job
const clients: Client[] = []
const rooms: Room[] = []
let delivered = 0
let frames = 0
let bytesOfOne = 0
let isMeasuring = false
const latencies: number[] = []

const dialect: Dialect = dialects[job.kind]

function send(room: Room): void {
  room.sentAt.push(performance.now())
  room.got.push(0)
  room.sender.socket.write(dialect.message(room.id))
}

/** One receiver has got its `nth` message. */
function receive(room: Room, nth: number): void {
  if (isMeasuring) delivered += 1
  const got = (room.got[nth] ?? 0) + 1
  room.got[nth] = got
  if (got === room.receivers && isMeasuring) latencies.push(performance.now() - (room.sentAt[nth] ?? 0))
}

/** Counts what a receiver gets; in a flood the probe sends on for each message. */
function watch(client: Client, room: Room, countOf: (bytes: number) => number): void {
  const sends = job.mode === 'flood' && client === room.probe
  let nth = 0
  client.onFrame = (bytes) => {
    const count = countOf(bytes)
    if (count === 0) return
    if (bytesOfOne === 0) bytesOfOne = bytes
    if (isMeasuring) frames += 1
    for (let n = 0; n < count; n += 1) {
      receive(room, nth++)
      if (sends) send(room)
    }
  }
}

for (const { id, members } of job.rooms) {
  const own: Client[] = []
  for (let start = 0; start < members.length; start += 100) {
    const some = members.slice(start, start + 100)
    const connecting = some.map((member) =>
      connect(job.url, dialect.hello(id, member, job.appKey), dialect.replies, dialect.protocol),
    )
    own.push(...(await Promise.all(connecting)))
  }
  const [sender] = own
  const probe = own[Math.floor(own.length / 2)]
  if (!sender || !probe) continue
  const room: Room = { id, receivers: own.length - 1, sender, probe, sentAt: [], got: [] }
  rooms.push(room)
  clients.push(...own)
  const countOf = dialect.messagesIn(id, members[0]?.name ?? '')
  const isWatched = job.mode === 'flood' || job.mode === 'paced'
  for (const client of own) {
    if (isWatched && client !== sender) watch(client, room, countOf)
    if (job.mode === 'churn') churn(client, id)
  }
}

function churn(client: Client, room: string): void {
  let joins = false
  client.onFrame = () => {
    if (isMeasuring) delivered += 1
    client.socket.write(move(joins ? MUCBody_Operation.JOIN : MUCBody_Operation.LEAVE, room))
    joins = !joins
  }
}

console.log('connected')
if (job.mode === 'idle') {
  await Bun.sleep(job.seconds * 1000)
} else {
  if (job.mode === 'flood') for (const room of rooms) for (let n = 0; n < job.window; n += 1) send(room)
  if (job.mode === 'churn') for (const client of clients) client.onFrame(0)
  const [paced] = rooms
  const pace =
    job.mode === 'paced' && paced ? setInterval(() => send(paced), 1000 / job.perSecond) : undefined
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
    perFrame: frames === 0 ? 0 : delivered / frames,
    p50: at(0.5),
    p99: at(0.99),
    messages: latencies.length,
    bytes: bytesOfOne,
  }
  console.log(JSON.stringify(outcome))
}
process.exit(0)
