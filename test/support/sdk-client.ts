import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import './browser-globals.ts'

/** What an SDK tells an application: `event` is the handler's name. */
interface Told {
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every shape.
  data: any
}

/** An unmodified client SDK that has logged in, and all that it told. */
export interface SdkClient {
  told: Told[]
  /** The first that the SDK tells or has told that has these fields; fails after twenty seconds. */
  hears(event: string, fields?: Record<string, unknown>): Promise<Told['data']>
  /** Calls a method of the connection; fails with `type` and `message` as the SDK does. */
  call(method: string, params?: unknown): Promise<Told['data']>
  /** Sends a message to a room, or elsewhere with `chatType`; `more` is what the kind of message needs. */
  send(room: string, type: string, more: Record<string, unknown>): Promise<{ serverMsgId: string }>
  close(): Promise<void>
}

/** The official web SDKs, as npm has them, with the names of their bundles. */
const sdks = { 'easemob-websdk': 'Easemob-chat.js', 'agora-chat': 'Agora-chat.js' } as const
export type SdkName = keyof typeof sdks
export const sdkNames = Object.keys(sdks) as SdkName[]

/** Where a client connects, and as whom. */
export interface SdkLogin {
  /** `http://…` */
  url: string
  appKey: string
  user: string
  pwd?: string
  accessToken?: string
  options?: Record<string, unknown>
  /** Where an SDK in a page asks for its servers, with discovery on. */
  discovery?: string
}

const handlers = [
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

const connectionOptions = ({ url, appKey, options }: SdkLogin) => ({
  appKey,
  apiUrl: url,
  url: `${url.replace('http', 'ws')}/websocket`,
  isHttpDNS: false,
  ...options,
})

/** Keeps what an SDK tells, and lets a test wait for it. */
function listener(user: string) {
  const told: Told[] = []
  const waiting = new Set<() => void>()
  return {
    told,
    tell(event: string, data: unknown): void {
      told.push({ event, data })
      for (const wake of [...waiting]) wake()
    },
    hears(event: string, fields: Record<string, unknown> = {}): Promise<Told['data']> {
      const fits = (each: Told) =>
        each.event === event && Bun.deepEquals({ ...each.data, ...fields }, { ...each.data })
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

const openWith = ({ user, pwd, accessToken }: SdkLogin) =>
  accessToken === undefined ? { user, pwd } : { user, accessToken }

/** Logs in with an SDK in this process. */
export async function sdkInBun(name: SdkName, login: SdkLogin): Promise<SdkClient> {
  const { default: sdk } = await import(name)
  sdk.logger?.disableAll?.()
  const connection = new sdk.connection(connectionOptions(login))
  const { told, tell, hears } = listener(login.user)
  const each = handlers.map((event) => [event, (data: unknown) => tell(event, data)])
  connection.addEventHandler('test', Object.fromEntries(each))
  await connection.open(openWith(login))
  return {
    told,
    hears,
    call: (method, params) => connection[method](params),
    send: (room, type, more) =>
      connection.send(sdk.message.create({ chatType: 'chatRoom', type, to: room, ...more })),
    close: async () => connection.close(),
  }
}

/** What the bundle leaves in a page. */
interface PageWindow {
  // biome-ignore lint/suspicious/noExplicitAny: both SDKs have some two hundred methods.
  websdk: any
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  connection: any
  tell(event: string, data: unknown): void
}

/** Logs in with an SDK in a page of a browser, which comes from another origin than the server's. */
export async function sdkInPage(browser: Browser, name: SdkName, login: SdkLogin): Promise<SdkClient> {
  const bundle = Bun.file(resolve('node_modules', name, sdks[name]))
  const pages = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) =>
      url.endsWith('/sdk.js')
        ? new Response(bundle)
        : new Response('<!doctype html><script src="/sdk.js"></script>', {
            headers: { 'content-type': 'text/html' },
          }),
  })
  const context = await browser.newContext()
  const page = await context.newPage()
  const { told, tell, hears } = listener(login.user)
  await page.exposeFunction('tell', tell)
  await page.goto(pages.url.href)

  /** Returns of the page as the SDK gave them: its rejections are no errors, so they cross as data. */
  async function answered<T>(work: Promise<{ answer?: T; rejected?: { type: number; message: string } }>) {
    const { answer, rejected } = await work
    if (rejected) throw Object.assign(new Error(rejected.message), rejected)
    return answer as T
  }

  await answered(
    page.evaluate(
      async ({ options, handlers, credentials, discovery }) => {
        const window = globalThis as unknown as PageWindow
        window.websdk = window.websdk.default ?? window.websdk
        window.connection = new window.websdk.connection(options)
        if (discovery) Object.assign(window.connection, { dnsArr: [discovery], dnsTotal: 1 })
        const plain = (data: unknown) => JSON.parse(JSON.stringify(data ?? null))
        const each = handlers.map((event) => [event, (data: unknown) => window.tell(event, plain(data))])
        window.connection.addEventHandler('test', Object.fromEntries(each))
        return window.connection.open(credentials).then(
          () => ({}),
          ({ type, message }: { type: number; message: string }) => ({ rejected: { type, message } }),
        )
      },
      {
        options: connectionOptions(login),
        handlers,
        credentials: openWith(login),
        discovery: login.discovery,
      },
    ),
  )
  return {
    told,
    hears,
    call: (method, params) =>
      answered(
        page.evaluate(
          ({ method, params }) =>
            (globalThis as unknown as PageWindow).connection[method](params).then(
              (answer: unknown) => ({ answer }),
              ({ type, message }: { type: number; message: string }) => ({ rejected: { type, message } }),
            ),
          { method, params },
        ),
      ),
    send: (room, type, more) =>
      answered(
        page.evaluate(
          (message) => {
            const { connection, websdk } = globalThis as unknown as PageWindow
            return connection.send(websdk.message.create(message)).then(
              ({ serverMsgId }: { serverMsgId: string }) => ({ answer: { serverMsgId } }),
              ({ type, message }: { type: number; message: string }) => ({ rejected: { type, message } }),
            )
          },
          { chatType: 'chatRoom', type, to: room, ...more },
        ),
      ),
    async close() {
      await page.evaluate(() => (globalThis as unknown as PageWindow).connection.close())
      await context.close()
      await pages.stop(true)
    },
  }
}
