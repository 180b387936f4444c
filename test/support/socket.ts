import {
  CommSyncDL,
  CommSyncUL,
  CommUnreadDL,
  MessageBody,
  MessageBody_Content_Type,
  MessageBody_Type,
  type Meta,
  Meta_NameSpace,
  MSync,
  MSync_Command,
  MUCBody,
  MUCBody_Operation,
  Provision,
  StatisticsBody,
} from '../../src/realtime/generated/protocol.ts'

/** Something that reached a client, read as far as tests look. */
export interface Got {
  command: MSync_Command
  provision?: Provision
  unread?: CommUnreadDL
  sync?: CommSyncDL
  /** Messages and events in it. */
  texts: string[]
  events: MUCBody[]
  logouts: StatisticsBody[]
}

function read(bytes: Uint8Array): Got {
  const { command = MSync_Command.SYNC, payload = new Uint8Array() } = MSync.decode(bytes)
  const got: Got = { command, texts: [], events: [], logouts: [] }
  if (command === MSync_Command.PROVISION) got.provision = Provision.decode(payload)
  if (command === MSync_Command.UNREAD) got.unread = CommUnreadDL.decode(payload)
  if (command !== MSync_Command.SYNC) return got
  got.sync = CommSyncDL.decode(payload)
  for (const meta of got.sync.metas ?? []) {
    const body = meta.payload ?? new Uint8Array()
    if (meta.ns === Meta_NameSpace.CHAT) {
      const message = MessageBody.decode(body)
      got.texts.push(`${message.from?.name}: ${message.contents?.[0]?.text ?? ''}`)
    } else if (meta.ns === Meta_NameSpace.MUC) got.events.push(MUCBody.decode(body))
    else if (meta.ns !== Meta_NameSpace.NOTIFY) got.logouts.push(StatisticsBody.decode(body))
  }
  return got
}

/** Clients count on from the clock, so that a device never uses an id twice. */
let lastId = BigInt(Date.now()) * 1000n

/** A bare client: writes whatever a test wants, and records what comes back. */
export class TestSocket {
  readonly got: Got[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  private readonly waiting = new Set<() => void>()

  private constructor(private readonly socket: WebSocket) {
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }) => {
      this.got.push(read(new Uint8Array(data)))
      for (const wake of this.waiting) wake()
    }
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        resolve({ code, reason })
        for (const wake of this.waiting) wake()
      }
    })
  }

  /** Opens a connection to a server at `http://…`, where web clients do unless `path` says otherwise; `ca` signed the certificate of `https://…`. */
  static async open(
    url: string,
    path = '/websocket',
    headers: Record<string, string> = {},
    ca?: string,
  ): Promise<TestSocket> {
    // Bun takes headers and authorities, which the standard does not have.
    const options = { headers, ...(ca === undefined ? {} : { tls: { ca } }) }
    const socket = new WebSocket(url.replace('http', 'ws') + path, options as unknown as string[])
    const made = new TestSocket(socket)
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve()
      socket.onerror = () => reject(new Error('the connection was refused'))
    })
    return made
  }

  /** Opens a connection and logs in; fails when that is refused. */
  static async login(
    url: string,
    appKey: string,
    name: string,
    token: string,
    resource = 'test',
    ca?: string,
  ) {
    const made = await TestSocket.open(url, '/websocket', {}, ca)
    made.provision(appKey, name, token, resource)
    const { provision } = await made.find((got) => got.provision !== undefined)
    if (provision?.status?.errorCode !== 0) throw new Error(`login refused: ${provision?.status?.reason}`)
    return made
  }

  write(bytes: Uint8Array | string): void {
    this.socket.send(bytes as Uint8Array<ArrayBuffer>)
  }

  frame(command: MSync_Command, payload: Uint8Array): void {
    this.write(MSync.encode({ command, payload }).finish())
  }

  provision(appKey: string, name: string, token: string, resource = 'test'): void {
    const payload = Provision.encode({
      resource,
      authToken: JSON.stringify({ token: `$t$${token}` }),
    }).finish()
    const guid = { appKey, name, domain: 'easemob.com', clientResource: resource }
    this.write(
      MSync.encode({ command: MSync_Command.PROVISION, guid, auth: `$t$${token}`, payload }).finish(),
    )
  }

  /** Sends an item, and returns what came of it. */
  async sync(meta: Meta): Promise<CommSyncDL> {
    const id = meta.id ?? ++lastId
    const from = this.got.length
    this.frame(MSync_Command.SYNC, CommSyncUL.encode({ meta: { ...meta, id } }).finish())
    const got = await this.find(({ sync }) => sync?.metaId === id, from)
    return got.sync as CommSyncDL
  }

  /** Sends a text to a room; `more` changes the item around it. */
  say(room: string, text: string, more: Meta = {}): Promise<CommSyncDL> {
    const payload = MessageBody.encode({
      type: MessageBody_Type.CHATROOM,
      contents: [{ type: MessageBody_Content_Type.TEXT, text }],
    }).finish()
    return this.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload, ...more })
  }

  /** Sends a text to one user; `more` changes the item around it. */
  sayTo(username: string, text: string, more: Meta = {}): Promise<CommSyncDL> {
    const payload = MessageBody.encode({
      type: MessageBody_Type.CHAT,
      contents: [{ type: MessageBody_Content_Type.TEXT, text }],
    }).finish()
    return this.sync({
      ns: Meta_NameSpace.CHAT,
      to: { name: username, domain: 'easemob.com' },
      payload,
      ...more,
    })
  }

  /** Joins a room, or leaves it. */
  muc(operation: MUCBody_Operation, room: string, more: MUCBody = {}): Promise<CommSyncDL> {
    const payload = MUCBody.encode({ mucId: { name: room }, operation, isChatroom: true, ...more }).finish()
    return this.sync({ ns: Meta_NameSpace.MUC, payload })
  }

  join = (room: string, more?: MUCBody): Promise<CommSyncDL> => this.muc(MUCBody_Operation.JOIN, room, more)
  leave = (room: string): Promise<CommSyncDL> => this.muc(MUCBody_Operation.LEAVE, room)

  /** The first that fits among what came, from the `from`th on, and what will come; fails after twenty seconds, or when closed. */
  async find(fits: (got: Got) => boolean, from = 0): Promise<Got> {
    const deadline = Date.now() + 20_000
    for (let looked = from; ; ) {
      for (; looked < this.got.length; looked += 1) {
        const got = this.got[looked] as Got
        if (fits(got)) return got
      }
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('the connection was closed')
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          this.waiting.delete(wake)
          reject(new Error(`nothing fits among ${Bun.inspect(this.got, { depth: 3 })}`))
        }, deadline - Date.now())
        const wake = () => {
          clearTimeout(timer)
          this.waiting.delete(wake)
          resolve()
        }
        this.waiting.add(wake)
      })
    }
  }

  text = (line: string): Promise<Got> => this.find(({ texts }) => texts.includes(line))
  event = (operation: MUCBody_Operation): Promise<Got> =>
    this.find(({ events }) => events.some((event) => event.operation === operation))

  /** Everything that was sent before has been handled once this resolves. */
  async settled(): Promise<void> {
    const answers = this.got.filter(({ unread }) => unread).length
    this.frame(MSync_Command.UNREAD, new Uint8Array())
    await this.find(() => this.got.filter(({ unread }) => unread).length > answers)
  }

  get texts(): string[] {
    return this.got.flatMap(({ texts }) => texts)
  }

  close(): void {
    this.socket.close()
  }
}
