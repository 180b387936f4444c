import './browser-globals.ts'

/** What an SDK tells an application: `event` is the handler's name. */
interface Told {
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every shape.
  data: any
}

/** A connection of an unmodified client SDK, and all that it told. */
export interface SdkClient {
  // biome-ignore lint/suspicious/noExplicitAny: both SDKs have some two hundred methods.
  connection: any
  // biome-ignore lint/suspicious/noExplicitAny: the module of the SDK.
  sdk: any
  told: Told[]
  /** The first that the SDK tells or has told that fits; fails after twenty seconds. */
  hears(event: string, fits?: (data: Told['data']) => boolean): Promise<Told['data']>
  /** Sends a message to a room; `more` is what the kind of message needs. */
  send(room: string, type: string, more: Record<string, unknown>): Promise<{ serverMsgId: string }>
  close(): void
}

export const sdkNames = ['easemob-websdk', 'agora-chat'] as const
export type SdkName = (typeof sdkNames)[number]

const handlers = [
  'onConnected',
  'onDisconnected',
  'onError',
  'onTextMessage',
  'onImageMessage',
  'onFileMessage',
  'onAudioMessage',
  'onVideoMessage',
  'onLocationMessage',
  'onCmdMessage',
  'onCustomMessage',
  'onRecallMessage',
  'onChatroomEvent',
]

/** Opens a connection of an SDK to a server at `http://…`, as a user with a password or a token. */
export async function sdkClient(
  name: SdkName,
  url: string,
  appKey: string,
  login: { user: string; pwd?: string; accessToken?: string },
  options: Record<string, unknown> = {},
): Promise<SdkClient> {
  const { default: sdk } = await import(name)
  sdk.logger?.disableAll?.()
  const connection = new sdk.connection({
    appKey,
    apiUrl: url,
    url: `${url.replace('http', 'ws')}/websocket`,
    isHttpDNS: false,
    ...options,
  })
  const told: Told[] = []
  const waiting = new Set<() => void>()
  const tell = (event: string) => (data: unknown) => {
    told.push({ event, data })
    for (const wake of waiting) wake()
  }
  connection.addEventHandler('test', Object.fromEntries(handlers.map((event) => [event, tell(event)])))

  const hears: SdkClient['hears'] = (event, fits = () => true) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = told.find((each) => each.event === event && fits(each.data))
        if (!found) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(found.data)
      }
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`${login.user} heard no ${event}, only ${JSON.stringify(told)}`))
      }, 20_000)
      waiting.add(look)
      look()
    })

  await connection.open(login)
  return {
    connection,
    sdk,
    told,
    hears,
    send: (room, type, more) =>
      connection.send(sdk.message.create({ chatType: 'chatRoom', type, to: room, ...more })),
    close: () => connection.close(),
  }
}
