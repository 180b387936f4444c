import './browser-globals.ts'

/** A message, an event, or the response of a call. */
export type Fields = Record<string, unknown>

/** What an SDK hands to an application: `event` is the handler's name. */
interface Received {
  event: string
  data: Fields
}

/** An unmodified client SDK that has logged in, and all that it received. */
export interface SdkClient {
  received: Received[]
  /** The first, received already or later, that has these fields; fails after twenty seconds. */
  receives(event: string, fields?: Fields): Promise<Fields>
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
  'onMultiDeviceEvent',
]

export const connectionOptions = ({ url, appKey, options }: SdkLogin) => ({
  appKey,
  apiUrl: url,
  url: `${url.replace('http', 'ws')}/websocket`,
  isHttpDNS: false,
  ...options,
})

/** Records what an SDK hands over, and lets a test wait for it. */
export function listener(user: string) {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  return {
    received,
    onEvent(event: string, data: unknown): void {
      received.push({ event, data: { ...(data as Fields) } })
      for (const wake of [...waiting]) wake()
    },
    receives(event: string, fields: Fields = {}): Promise<Fields> {
      const fits = (each: Received) =>
        each.event === event && Bun.deepEquals({ ...each.data, ...fields }, each.data)
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = received.find(fits)
          if (!found) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found.data)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(
            new Error(
              `${user} received no ${event} ${JSON.stringify(fields)}, only ${JSON.stringify(received)}`,
            ),
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
  const { received, onEvent, receives } = listener(login.user)
  const each = handlers.map((event) => [event, (data: unknown) => onEvent(event, data)])
  connection.addEventHandler('test', Object.fromEntries(each))
  await connection.open(credentialsOf(login))
  return {
    received,
    receives,
    call: (method, params) => connection[method](params),
    send: (room, type, more) =>
      connection.send(sdk.message.create({ chatType: 'chatRoom', type, to: room, ...more })),
    close: async () => connection.close(),
  }
}
