/**
 * Some of the clients of the crowd bench, all connected to one server process. Run by `crowd.ts`, which gives the job as
 * the first line on standard input, then a step on each line, and reads what came of each as a line of JSON.
 */
import { createInterface } from 'node:readline'
import { MUCBody_Operation } from '../src/realtime/generated/protocol.ts'
import { type Client, connect, login, message, messagesIn, move } from './load-client.ts'

interface User {
  name: string
  token: string
}

/** Who connects: members of the room, and those who come to it later. */
export interface CrowdJob {
  url: string
  appKey: string
  room: string
  /** Who sends: the first of the members of one of the loads. */
  sender: string
  members: User[]
  comers: User[]
  messages: number
  perSecond: number
}

/** What came of a step: what each is depends on it. */
export interface CrowdOutcome {
  step: string
  ms: number
  /** Unix ms at which each message was sent, and at which the last receiver of this load had it. */
  sent: number[]
  got: number[]
  /** Milliseconds of each join or leave. */
  took: number[]
  /** Frames that the members got meanwhile, and their bytes. */
  frames: number
  bytes: number
}

/** Connections that are being made at the same time. */
const atOnce = 100
const clock = (): number => performance.timeOrigin + performance.now()

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const job = JSON.parse((await input.next()).value ?? '{}') as CrowdJob
const members: Client[] = []
const comers: Client[] = []
const countOf = messagesIn(job.room, job.sender)
const sends = job.members[0]?.name === job.sender
const begun = (step: string): CrowdOutcome => ({
  step,
  ms: performance.now(),
  sent: [],
  got: [],
  took: [],
  frames: 0,
  bytes: 0,
})
let outcome = begun('connect')

/** Connects, again where a machine that is busy took too long for a login. */
async function connectUser({ name, token }: User, attempts = 5): Promise<Client> {
  try {
    return await connect(job.url, login(job.appKey, name, token))
  } catch (error) {
    if (attempts <= 1) throw error
    await Bun.sleep(1000)
    return connectUser({ name, token }, attempts - 1)
  }
}

async function connectAll(users: User[], to: Client[]): Promise<void> {
  for (let start = 0; start < users.length; start += atOnce) {
    const some = users.slice(start, start + atOnce)
    to.push(...(await Promise.all(some.map((user) => connectUser(user)))))
  }
}

/** Counts what members get that are no messages. */
function countNotices(): void {
  for (const client of members)
    client.onFrame = (bytes) => {
      outcome.frames += 1
      outcome.bytes += bytes
    }
}

/** Sends the messages where the sender is here, and waits until every member here has them. */
async function deliver(): Promise<void> {
  const receivers = sends ? members.slice(1) : members
  const { promise, resolve } = Promise.withResolvers<void>()
  const had: number[] = []
  for (const client of receivers) {
    let nth = 0
    client.onFrame = (bytes) => {
      outcome.frames += 1
      outcome.bytes += bytes
      for (let left = countOf(bytes); left > 0; left -= 1) {
        const all = (had[nth] ?? 0) + 1
        had[nth] = all
        if (all === receivers.length) outcome.got[nth] = clock()
        nth += 1
      }
      if (outcome.got.length === job.messages && had[job.messages - 1] === receivers.length) resolve()
    }
  }
  const [sender] = members
  for (let n = 0; sends && sender && n < job.messages; n += 1) {
    outcome.sent.push(clock())
    sender.socket.write(message(job.room))
    await Bun.sleep(1000 / job.perSecond)
  }
  await Promise.race([promise, Bun.sleep(60_000)])
}

/** All who come later join at once, or leave. */
async function storm(operation: MUCBody_Operation): Promise<void> {
  countNotices()
  const isAnswer = (bytes: number): boolean => operation === MUCBody_Operation.JOIN || bytes < 64
  const all = Promise.all(
    comers.map(
      (client) =>
        new Promise<void>((resolve) => {
          const from = performance.now()
          client.onFrame = (bytes) => {
            if (!isAnswer(bytes)) return
            outcome.took.push(performance.now() - from)
            client.onFrame = () => undefined
            resolve()
          }
          client.socket.write(move(operation, job.room))
        }),
    ),
  )
  // A leave that is refused has a longer answer, and is not counted.
  await Promise.race([all, Bun.sleep(60_000)])
}

const steps: Record<string, () => Promise<void>> = {
  async connect() {
    await connectAll(job.members, members)
    await connectAll(job.comers, comers)
  },
  deliver,
  join: () => storm(MUCBody_Operation.JOIN),
  leave: () => storm(MUCBody_Operation.LEAVE),
  async settle() {
    countNotices()
    await Bun.sleep(12_000)
  },
}

for (;;) {
  const { value: step, done } = await input.next()
  if (done || step === undefined || step === 'end') break
  outcome = begun(step)
  await steps[step]?.()
  outcome.ms = performance.now() - outcome.ms
  console.log(JSON.stringify(outcome))
}
process.exit(0)
