import type { Browser } from 'playwright-core'
import { aPage } from './page.ts'
import {
  connectionOptions,
  credentialsOf,
  handlers,
  listener,
  type SdkClient,
  type SdkLogin,
} from './sdk-client.ts'

/** The builds of the official SDKs, with what a page loads: the whole ones as scripts, the small core bundled. */
const builds = {
  'easemob-websdk': ['node_modules/easemob-websdk/Easemob-chat.js'],
  'agora-chat': ['node_modules/agora-chat/Agora-chat.js'],
  'easemob-websdk miniCore': ['test/pages/mini-core.ts'],
  'easemob-websdk uniApp': ['test/pages/uni.ts', 'node_modules/easemob-websdk/uniApp/Easemob-chat.js'],
} as const
export type SdkBuild = keyof typeof builds
export const sdkBuilds = Object.keys(builds) as SdkBuild[]

type Method = (params?: unknown) => Promise<unknown>

interface Connection {
  addEventHandler(id: string, handlers: object): void
  open(credentials: object): Promise<unknown>
  close(): unknown
  send(message: object): Promise<{ serverMsgId: string }>
}

interface Sdk {
  connection: new (options: object) => Connection
  message: { create(options: object): object }
}

/** What a build leaves in a page. */
interface PageWindow {
  websdk: Sdk & { default?: Sdk }
  connection: Connection
  onEvent(event: string, data: unknown): void
  settled<Answer>(work: Promise<Answer>): Promise<Settled<Answer>>
}

/** What an SDK gave for a call: its rejections are no errors, so they leave the page as data. */
interface Settled<Answer> {
  answer?: Answer
  rejected?: { type: number; message: string }
}

async function answered<Answer>(work: Promise<Settled<Answer>>): Promise<Answer> {
  const { answer, rejected } = await work
  if (rejected) throw Object.assign(new Error(rejected.message), rejected)
  return answer as Answer
}

/** Logs in with an SDK in a page of a browser, which comes from another origin than the server's. */
export async function sdkInPage(browser: Browser, build: SdkBuild, login: SdkLogin): Promise<SdkClient> {
  const { page, close } = await aPage(browser, builds[build])
  const { received, onEvent, receives } = listener(login.user)
  await page.exposeFunction('onEvent', onEvent)
  await answered(
    page.evaluate(
      ({ options, handlers, credentials, discovery }) => {
        const window = globalThis as unknown as PageWindow
        window.settled = (work) =>
          work.then(
            (answer) => ({ answer }),
            ({ type, message }) => ({ rejected: { type, message } }),
          )
        window.websdk = window.websdk.default ?? window.websdk
        window.connection = new window.websdk.connection(options)
        if (discovery) Object.assign(window.connection, { dnsArr: [discovery], dnsTotal: 1 })
        const plain = (data: unknown) => JSON.parse(JSON.stringify(data ?? null))
        const each = handlers.map((event) => [event, (data: unknown) => window.onEvent(event, plain(data))])
        window.connection.addEventHandler('test', Object.fromEntries(each))
        return window.settled(window.connection.open(credentials).then(() => undefined))
      },
      {
        options: connectionOptions(login),
        handlers,
        credentials: credentialsOf(login),
        discovery: login.discovery,
      },
    ),
  )
  return {
    received,
    receives,
    call: <Answer>(method: string, params?: unknown) =>
      answered(
        page.evaluate(
          ({ method, params }) => {
            const { connection, settled } = globalThis as unknown as PageWindow
            const methods = connection as unknown as Record<string, Method>
            return settled(methods[method]?.(params) ?? Promise.reject(new Error(`there is no ${method}`)))
          },
          { method, params },
        ) as Promise<Settled<Answer>>,
      ),
    send: (room, type, more) =>
      answered(
        page.evaluate(
          (message) => {
            const { connection, websdk, settled } = globalThis as unknown as PageWindow
            const sent = connection.send(websdk.message.create(message))
            return settled(sent.then(({ serverMsgId }) => ({ serverMsgId })))
          },
          { chatType: 'chatRoom', type, to: room, ...more },
        ),
      ),
    async close() {
      await page.evaluate(() => {
        ;(globalThis as unknown as PageWindow).connection.close()
      })
      await close()
    },
  }
}
