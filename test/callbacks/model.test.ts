import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { aDatabase } from '../support/database.ts'
import { openEvents, type SentEvent } from '../support/event-source.ts'
import { aFaultyReceiver, type Fault, faults, type Receipt } from '../support/faulty-receiver.ts'
import { aDirectory, type Served, serves } from '../support/process.ts'
import { checkSigned } from '../support/receiver.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'
import { until } from '../support/until.ts'

/** Generated stories; `npm run test:outbox-long` asks for more and longer ones, with real hanging and frozen nodes. */
const runs = Number(process.env.OUTBOX_RUNS ?? 1)
const isLong = runs > 1
const length = isLong ? 60 : 16
const hangMs = Number(process.env.OUTBOX_HANG_MS ?? 150)
const nodeCount = process.env.TEST_DATABASE_URL ? (isLong ? 3 : 2) : 1
const roomCount = 3
const leaseMs = 1000

type Step =
  | { do: 'write'; room: number; node: number; count: number }
  | { do: 'kill' | 'stop' | 'freeze' | 'leave'; node: number }
  | { do: 'fault'; how: Fault; times: number }
  | { do: 'secret' }

const room = fc.nat(roomCount - 1)
const node = fc.nat(nodeCount - 1)
const just = <T extends string>(word: T) => fc.constant(word)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: just('write'), room, node, count: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: just('fault'),
      how: fc.constantFrom(...faults),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: just('leave'), node }) },
  { weight: 1, arbitrary: fc.record({ do: just('kill'), node }) },
  { weight: 1, arbitrary: fc.record({ do: just('stop'), node }) },
  { weight: 1, arbitrary: fc.record({ do: just('secret') }) },
  ...(isLong && nodeCount > 1 ? [{ weight: 1, arbitrary: fc.record({ do: just('freeze'), node }) }] : []),
)
/** Each story has a kill in the midst of writes. */
const story = fc
  .tuple(fc.array(step, { minLength: length, maxLength: length }), room, node)
  .map(([steps, room, node]): Step[] => [
    ...steps,
    { do: 'fault', how: 'slow', times: 3 },
    { do: 'write', room, node, count: 12 },
    { do: 'kill', node },
  ])

/** What was acknowledged: an announcement is stored then, a message when the log has it. */
interface Written {
  text: string
  room: number
  node: number
  isMessage: boolean
  mayBeLost: boolean
}

const theEnd = 'the end'
const textOf = ({ data }: SentEvent): string =>
  data.type === 'message.sent' ? data.data.payload.bodies[0].msg : data.data.announcement
const textOfBody = ({ body }: Receipt): string => body.payload.announcement ?? body.payload.bodies[0].msg
const roomOfBody = ({ body }: Receipt): string => body.group_id ?? body.id

class Story {
  private readonly written: Written[] = []
  private readonly writing: Promise<void>[] = []
  private readonly inForce = new Map<number, number>()
  private readonly seen: SentEvent[] = []
  private readonly seenTexts = new Set<string>()
  private readonly secrets: string[] = []
  private rooms: string[] = []
  private token = ''
  private nodes: Served[] = []
  private rule = ''
  private turn = 0
  private texts = 0
  private consumedAt = 0
  private leave = () => {}

  constructor(
    private readonly start: () => Promise<Served>,
    private readonly endpoint: Awaited<ReturnType<typeof aFaultyReceiver>>,
  ) {}

  private async call<T>(method: string, path: string, sent?: object, at?: number): Promise<T> {
    for (let tries = 0; ; tries++) {
      const place = at !== undefined && tries === 0 ? at : this.turn++ % nodeCount
      try {
        const response = await fetch(`${this.nodes[place]?.url}/acme/lounge${path}`, {
          method,
          headers: { authorization: `Bearer ${this.token}` },
          body: sent ? JSON.stringify(sent) : null,
          signal: AbortSignal.timeout(4000),
        })
        if (response.status < 500) return (await response.json()) as T
      } catch {
        // It was killed, or is on its way up again.
      }
      await Bun.sleep(20)
    }
  }

  async begin(): Promise<void> {
    this.nodes = await Promise.all(Array.from({ length: nodeCount }, this.start))
    this.token = (await callsOn(this.nodes[0]?.url ?? '')).token
    await this.call('POST', '/users', { username: 'alice' })
    const draft = { name: 'a room', description: '', owner: 'alice' }
    for (let each = 0; each < roomCount; each++)
      this.rooms.push((await this.call<{ data: { id: string } }>('POST', '/chatrooms', draft)).data.id)
    const { data } = await this.call<{ data: { id: string; secret: string } }>('POST', '/callbacks', {
      name: 'faulty',
      url: this.endpoint.url,
      events: ['message.sent', 'chatroom.announcement_changed'],
      enabled: true,
    })
    this.rule = data.id
    this.secrets.push(data.secret)
  }

  /**
   * Waits until a message of each node is recorded: it knows of the rule then, and has recorded what it accepted before, which
   * happens up to 50 ms after other events.
   */
  async everyNodeRecords(): Promise<void> {
    for (let node = 0; node < nodeCount; node += 1)
      await until(async () => {
        this.texts += 1
        const text = `${this.texts}`
        const message = { from: 'alice', to: [this.rooms[0]], type: 'txt', body: { msg: text } }
        await this.call('POST', '/messages/chatrooms', message, node)
        this.written.push({ text, room: 0, node, isMessage: true, mayBeLost: true })
        await Bun.sleep(100)
        return this.seenTexts.has(text)
      })
  }

  /** Writes to a room, one after the other, while the story goes on. */
  private async writeSome(room: number, node: number, count: number): Promise<void> {
    for (let each = 0; each < count; each++) {
      this.texts += 1
      const text = `${this.texts}`
      const isMessage = each % 2 === 0
      const before = this.inForce.get(node)
      const message = { from: 'alice', to: [this.rooms[room]], type: 'txt', body: { msg: text } }
      const [path, sent] = isMessage
        ? ['/messages/chatrooms', message]
        : [`/chatrooms/${this.rooms[room]}/announcement`, { announcement: text }]
      const turn = this.turn
      await this.call('POST', path, sent, node)
      // One that had to be sent again may have come from another node, or twice.
      const mayBeLost = this.inForce.get(node) !== before || turn !== this.turn
      this.written.push({ text, room, node, isMessage, mayBeLost })
    }
  }

  private async end(place: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { nodes, written, inForce, seenTexts } = this
    if (signal === 'SIGKILL') {
      inForce.set(place, (inForce.get(place) ?? 0) + 1)
      for (const each of written) if (each.node === place && !seenTexts.has(each.text)) each.mayBeLost = true
    }
    await nodes[place]?.end(signal)
    nodes[place] = await this.start()
  }

  private async freeze(place: number): Promise<void> {
    this.nodes[place]?.signal('SIGSTOP')
    await Bun.sleep(1.5 * leaseMs)
    this.nodes[place]?.signal('SIGCONT')
  }

  private async changeSecret(): Promise<void> {
    const path = `/callbacks/${this.rule}/secrets`
    const { data } = await this.call<{ data?: { secret: string } }>('POST', path)
    if (data) this.secrets.push(data.secret)
    else await this.call('DELETE', path)
  }

  async take(step: Step): Promise<void> {
    const rooms = this.writing
    if (step.do === 'write') {
      const before = rooms[step.room] ?? Promise.resolve()
      rooms[step.room] = before.then(() => this.writeSome(step.room, step.node, step.count))
      return Bun.sleep(15)
    }
    if (step.do === 'fault') return this.endpoint.have(step.how, step.times)
    if (step.do === 'secret') return this.changeSecret()
    if (step.do === 'freeze') return this.freeze(step.node)
    if (step.do === 'leave') {
      this.consumedAt = step.node
      return this.leave()
    }
    return this.end(step.node, step.do === 'kill' ? 'SIGKILL' : 'SIGTERM')
  }

  /** Reads the feed until the end of every room, from node to node. */
  async consume(begun: () => void): Promise<void> {
    let [lastId, ends] = ['', 0]
    const query = 'after=earliest&type=message.sent,announcement.changed'
    while (ends < roomCount) {
      const headers: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId }
      const url = `${this.nodes[this.consumedAt]?.url}/acme/lounge/events?${query}`
      const stream = await openEvents(url, this.token, headers).catch(() => undefined)
      if (stream?.status !== 200) {
        // A node that stops takes no more streams.
        expect([429, 503]).toContain(stream?.status ?? 503)
        this.consumedAt = this.turn++ % nodeCount
        await Bun.sleep(20)
        continue
      }
      this.leave = stream.close
      begun()
      while (ends < roomCount) {
        const event = await stream.next()
        if (!event) break
        lastId = stream.lastId
        this.seen.push(event)
        this.seenTexts.add(textOf(event))
        if (textOf(event) === theEnd) ends += 1
      }
      stream.close()
    }
  }

  /** Lets everything come to its end. */
  async finish(): Promise<void> {
    await Promise.all(this.writing)
    // What is accepted last is recorded before the end of its room.
    const pending = () =>
      this.written.filter(({ text, mayBeLost }) => !mayBeLost && !this.seenTexts.has(text))
    await until(() => pending().length === 0)
    await this.everyNodeRecords()
    this.endpoint.have('slow', 0)
    for (const id of this.rooms)
      await this.call('POST', `/chatrooms/${id}/announcement`, { announcement: theEnd })
    const ended = () =>
      this.rooms.every((id) =>
        this.endpoint.receipts.some(
          (receipt) => receipt.isAccepted && roomOfBody(receipt) === id && textOfBody(receipt) === theEnd,
        ),
      )
    await until(ended)
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((each) => each.end('SIGKILL')))
  }

  /** The feed, and the callbacks, against what was acknowledged. */
  check(): string {
    const { seen, written, rooms, endpoint } = this
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
    expect(endpoint.trapped()).toBe(0)
    for (const receipt of endpoint.receipts) {
      const signedBy = this.secrets.filter((secret) => {
        try {
          checkSigned(receipt, secret)
          return true
        } catch {
          return false
        }
      })
      // While there are two secrets, `security` is made with the older one.
      expect(signedBy.length).toBe(1)
    }
    for (const [place, id] of rooms.entries()) {
      const logged = seen.filter(({ data }) => data.chatroomid === id).map(textOf)
      for (const isMessage of [true, false])
        for (let each = 0; each < nodeCount; each++) {
          const own = written.filter(
            (one) => one.room === place && one.node === each && one.isMessage === isMessage && !one.mayBeLost,
          )
          const texts = own.map(({ text }) => text)
          expect(logged.filter((text) => texts.includes(text))).toEqual(texts)
        }
      this.checkOrder(id, logged)
    }
    const again = endpoint.receipts.length - seen.length
    const unsure = written.filter(({ mayBeLost }) => mayBeLost).length
    return `${written.length} written (${unsure} about a kill), ${seen.length} in the log, ${again} attempts more, ${[...endpoint.used].join(' ')}`
  }

  /** Each callback comes only when all before it in its room were accepted; none is missing. */
  private checkOrder(id: string, logged: string[]): void {
    const ofRoom = this.endpoint.receipts.filter((receipt) => roomOfBody(receipt) === id)
    const order: string[] = []
    const texts: string[] = []
    for (const receipt of ofRoom) {
      const { callId } = receipt.body
      if (order.includes(callId)) continue
      order.push(callId)
      texts.push(textOfBody(receipt))
    }
    expect(texts).toEqual(logged)
    const accepted = new Set<string>()
    for (const { body, isAccepted } of ofRoom) {
      const before = order.slice(0, order.indexOf(body.callId))
      expect(before.filter((callId) => !accepted.has(callId))).toEqual([])
      if (isAccepted) accepted.add(body.callId)
    }
    expect(accepted.size).toBe(order.length)
  }
}

async function tell(steps: Step[]): Promise<string> {
  const database = await aDatabase()
  const endpoint = await aFaultyReceiver(hangMs)
  const own = aDirectory()
  const from = String(Date.now())
  const start = () =>
    serves({
      cwd: own.dir,
      program: `${import.meta.dir}/../support/hasty-server.ts`,
      env: {
        ...appsSetting,
        HASTY_FROM: from,
        CHATROOMD_LOG_LEVEL: 'info',
        CHATROOMD_CALLBACK_NETWORKS: '127.0.0.0/8',
        CHATROOMD_NODE_LEASE: String(leaseMs / 1000),
        ...(database ? { CHATROOMD_DATABASE_URL: database.url } : {}),
      },
    })
  const story = new Story(start, endpoint)
  try {
    await story.begin()
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    const consuming = story.consume(resolve)
    await begun
    await story.everyNodeRecords()
    for (const step of steps) await story.take(step)
    await story.finish()
    await consuming
    return story.check()
  } finally {
    await story.stop()
    endpoint.stop()
    await database?.remove()
    own.remove()
  }
}

test(
  `13.2 in ${runs} stories of kills, lost nodes and faults of the endpoint, outbox and feed lose nothing, keep the order of each room and sign everything`,
  async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => console.log(await tell(steps))),
      { numRuns: runs, endOnFailure: true },
    )
  },
  60_000 + runs * 60_000,
)
