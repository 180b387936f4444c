import './browser-globals.ts'

/** A message, an event, or what a call was answered. */
export type Fields = Record<string, unknown>

/** What an SDK tells an application: `event` is the handler's name. */
interface Told {
  event: string
  data: Fields
}

/** An unmodified client SDK that has logged in, and all that it told. */
export interface SdkClient {
  told: Told[]
  /** The first that the SDK tells or has told that has these fields; fails after twenty seconds. */
  hears(event: string, fields?: Fields): Promise<Fields>
  /** Calls a method of the connection; fails with `type` and `message` as the SDK does. */
  call<Answer = { data: Fields }>(method: string, params?: unknown): Promise<Answer>
  /** Sends a message to a room, or elsewhere with `chatType`; `more` is what the kind of message needs. */
  send(room: string, type: string, more: Fields): Promise<{ serverMsgId: string }>
  close(): Promise<void>
}

/** The official web SDKs, as npm has them. */
export const sdkNames = ['easemob-websdk', 'agora-chat'] as const
export type SdkName = (typeof sdkNames)[number]

/** Where a client connects, and as whom. */
export interface SdkLogin {
  /** `http://…` */
  url: string
  appKey: string
  user: string
  pwd?: string
  accessToken?: string
  options?: Fields
  /** Where an SDK in a page asks for its servers, with discovery on. */
  discovery?: string
}

export const handlers = [
  'onConnected',
  'onDisconnected',
  'onReconnecting',
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
  'onReadMessage',
  'onDeliveredMessage',
  'onChatroomEvent',
  'onMessagePinEvent',
]

export const connectionOptions = ({ url, appKey, options }: SdkLogin) => ({
  appKey,
  apiUrl: url,
  url: `${url.replace('http', 'ws')}/websocket`,
  isHttpDNS: false,
  ...options,
})

/** Keeps what an SDK tells, and lets a test wait for it. */
export function listener(user: string) {
  const told: Told[] = []
  const waiting = new Set<() => void>()
  return {
    told,
    tell(event: string, data: unknown): void {
      told.push({ event, data: { ...(data as Fields) } })
      for (const wake of [...waiting]) wake()
    },
    hears(event: string, fields: Fields = {}): Promise<Fields> {
      const fits = (each: Told) =>
        each.event === event && Bun.deepEquals({ ...each.data, ...fields }, each.data)
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = told.find(fits)
          if (!found) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found.data)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(
            new Error(`${user} heard no ${event} ${JSON.stringify(fields)}, only ${JSON.stringify(told)}`),
          )
        }, 20_000)
        waiting.add(look)
        look()
      })
    },
  }
}

/** The builds of the SDK name the user and the password in two ways. */
export const credentialsOf = ({ user, pwd, accessToken }: SdkLogin) =>
  accessToken === undefined
    ? { user, username: user, pwd, password: pwd }
    : { user, username: user, accessToken }

/** Logs in with an SDK in this process. */
export async function sdkInBun(name: SdkName, login: SdkLogin): Promise<SdkClient> {
  const { default: sdk } = await import(name)
  sdk.logger?.disableAll?.()
  const connection = new sdk.connection(connectionOptions(login))
  const { told, tell, hears } = listener(login.user)
  const each = handlers.map((event) => [event, (data: unknown) => tell(event, data)])
  connection.addEventHandler('test', Object.fromEntries(each))
  await connection.open(credentialsOf(login))
  return {
    told,
    hears,
    call: (method, params) => connection[method](params),
    send: (room, type, more) =>
      connection.send(sdk.message.create({ chatType: 'chatRoom', type, to: room, ...more })),
    close: async () => connection.close(),
  }
}
