import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { connect, createServer, type Socket } from 'node:net'
import { aDatabase } from '../support/database.ts'
import { aDirectory, type Served, serves } from '../support/process.ts'
import { type SdkClient, sdkInBun } from '../support/sdk-client.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

const names = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay']
/** Milliseconds between two messages of a client, and for which an application reads back before what it saw last. */
const everyMs = 60
const overlapMs = 3000

const cleanUp: (() => unknown)[] = []
afterAll(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

/** Between two looks of the proxy at the readiness of the nodes. */
const probeMs = 50

/**
 * A proxy before nodes, as load balancers are: connections go to each in turn that was ready when it was asked last. Returns its
 * URL, and to which nodes connections go.
 */
async function aProxy(nodes: Set<Served>): Promise<{ url: string; ready: ReadonlySet<Served> }> {
  const sockets = new Set<Socket>()
  const ready = new Set<Served>()
  let isOpen = true
  let turn = 0
  const probe = async (node: Served) => {
    const response = await fetch(`${node.url}/health/ready`, { keepalive: false }).catch(() => undefined)
    if (response?.ok) ready.add(node)
    else ready.delete(node)
  }
  const probing = (async () => {
    while (isOpen) {
      await Promise.all([...nodes].map(probe))
      await Bun.sleep(probeMs)
    }
  })()
  const proxy = createServer((client) => {
    const all = [...ready]
    const node = all[turn++ % all.length]
    if (!node) return client.destroy()
    const upstream = connect(Number(new URL(node.url).port), '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        // What came before is passed on still.
        to.end()
      })
      from.pipe(to)
    }
  })
  await new Promise<void>((listens) => proxy.listen(0, '127.0.0.1', listens))
  await until(() => ready.size === nodes.size)
  cleanUp.push(async () => {
    isOpen = false
    await probing
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const address = proxy.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, ready }
}

interface Message {
  id: string
  msg: string
  time: number
}

interface Page {
  messages: Message[]
  cursor: string
  isLast: boolean
}

/** The state of a room in an application with the SDK. */
class Reader {
  readonly seen = new Map<string, Message>()
  /** Messages that the SDK handed on more than once. */
  readonly twice: string[] = []
  private readonly live = new Set<string>()
  private read = 0
  private connections = 0

  constructor(
    readonly client: SdkClient,
    readonly room: string,
  ) {}

  /** Takes in what came live, and reads what it missed when it is connected again; until nothing is left. */
  async hear(): Promise<void> {
    const { received } = this.client
    while (this.read < received.length) {
      const { event, data } = received[this.read++] as (typeof received)[number]
      if (event === 'onTextMessage') {
        const message = data as unknown as Message
        if (this.live.has(message.id)) this.twice.push(message.msg)
        this.live.add(message.id)
        this.said(message)
      }
      if (event === 'onConnected' && this.connections++ > 0) await this.catchUp()
    }
  }

  /** Takes in a message, by its id: what a page of the history has may have come live, too. */
  said(message: Message): void {
    this.seen.set(message.id, message)
  }

  /** Reads on from a little before what was seen last. */
  private async catchUp(): Promise<void> {
    const all = [...this.seen.values()].sort((a, b) => a.time - b.time)
    const last = all.at(-1)?.time ?? 0
    let cursor: string | undefined = all.findLast(({ time }) => time < last - overlapMs)?.id
    for (;;) {
      const page: Page | undefined = await this.client
        .call<Page>('getHistoryMessages', {
          targetId: this.room,
          chatType: 'chatRoom',
          pageSize: 50,
          searchDirection: 'down',
          cursor,
        })
        .catch(() => undefined)
      // Sent over a connection to the node that is going: as any other call, it is made again.
      if (!page) {
        await Bun.sleep(200)
        continue
      }
      for (const message of page.messages) this.said(message)
      if (page.isLast) return
      cursor = page.cursor
    }
  }
}

test('13.1, 17.6 six clients lose nothing and see nothing twice while every node is restarted, and behind a proxy that follows readiness no call fails', async () => {
  const { default: sdk } = await import('easemob-websdk')
  const database = await aDatabase()
  if (database) cleanUp.push(database.remove)
  const { dir, remove } = aDirectory()
  cleanUp.push(remove)
  const up = new Set<Served>()
  const start = async (place: number) => {
    const env = {
      ...appsSetting,
      CHATROOMD_LOG_LEVEL: 'info',
      // Until it is told again, or not at all: nobody stands in for a single one.
      CHATROOMD_DRAIN_TIME: database ? '600' : '0',
      CHATROOMD_DATA_DIR: `${dir}/data${place}`,
      ...(database ? { CHATROOMD_DATABASE_URL: database.url } : {}),
    }
    const node = await serves({ cwd: dir, env })
    up.add(node)
    return node
  }
  const nodes = [await start(0)]
  if (database) nodes.push(await start(1))
  cleanUp.push(() => Promise.all([...up].map((node) => node.end('SIGINT'))))
  const { url, ready } = await aProxy(up)
  const { call, token } = await callsOn((nodes[0] as Served).url)
  await call(
    'POST',
    '/users',
    names.map((username) => ({ username, password: 'secret-1' })) as unknown as object,
  )
  const [owner, ...members] = names
  const made = await call<{ data: { id: string } }>('POST', '/chatrooms', {
    name: 'a',
    description: '',
    owner,
    members,
  })
  const room = made.body.data.id

  const readers = await Promise.all(
    names.map(async (user) => {
      const login = { url, appKey: 'acme#lounge', user, pwd: 'secret-1' }
      return new Reader(await sdkInBun('easemob-websdk', login), room)
    }),
  )
  cleanUp.push(() => Promise.all(readers.map(({ client }) => client.close())))

  let speaking = true
  const accepted: string[] = []
  /** Sends one message after the other; what got no acknowledgement is sent again, as the same message. */
  const speak = async (reader: Reader, place: number) => {
    for (let n = 0; speaking; n += 1) {
      const message = sdk.message.create({
        chatType: 'chatRoom',
        type: 'txt',
        to: room,
        msg: `${names[place]} ${n}`,
      })
      for (;;) {
        const sent = await reader.client.call<{ serverMsgId: string }>('send', message).catch(() => undefined)
        if (sent) {
          reader.said({ id: sent.serverMsgId, msg: `${names[place]} ${n}`, time: Date.now() })
          break
        }
        await Bun.sleep(200)
      }
      accepted.push(`${names[place]} ${n}`)
      await Bun.sleep(everyMs)
    }
  }
  const failed: string[] = []
  let posted = 0
  /** Sends messages by the REST API, each over a new connection. */
  const post = async () => {
    for (; speaking; posted += 1) {
      const msg = `posted ${posted}`
      const response = await fetch(`${url}/acme/lounge/messages/chatrooms`, {
        method: 'POST',
        keepalive: false,
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ from: 'admin', to: [room], type: 'txt', body: { msg } }),
      }).catch((error) => String(error))
      if (typeof response !== 'string' && response.ok) accepted.push(msg)
      else
        failed.push(typeof response === 'string' ? response : `${response.status} ${await response.text()}`)
      await Bun.sleep(everyMs)
    }
  }
  const speakers = [...readers.map(speak), post()]
  const listeners = readers.map(async (reader) => {
    while (speaking) {
      await reader.hear()
      await Bun.sleep(10)
    }
  })
  await until(() => accepted.length > 30)
  for (const [place, node] of nodes.entries()) {
    if (database) {
      node.signal('SIGTERM')
      await until(() => !ready.has(node))
      // Those that were on the way to it are over when the next ones are.
      const others = posted
      await until(() => posted > others + 1)
    }
    await node.end('SIGTERM')
    up.delete(node)
    const before = accepted.length
    const next = await start(place)
    await until(() => ready.has(next))
    await until(() => accepted.length > before + 60)
  }
  speaking = false
  await Promise.all([...speakers, ...listeners])
  if (database) expect(failed).toEqual([])

  const missing = ({ seen }: Reader) => {
    const said = new Set([...seen.values()].map(({ msg }) => msg))
    return accepted.filter((msg) => !said.has(msg))
  }
  for (const reader of readers) {
    await until(async () => {
      await reader.hear()
      return missing(reader).length === 0
    })
    const seen = [...reader.seen.values()].map(({ msg }) => msg)
    expect([seen.length - new Set(seen).size, reader.twice]).toEqual([0, []])
  }
})
