import type { Browser, Page } from 'playwright-core'
import { asUser } from './people.ts'
import type { TestApp, TestServer } from './server.ts'

/** The official web SDKs, as npm has them: the newer and the older one. */
export const bundles = {
  'easemob-websdk': 'Easemob-chat.js',
  'agora-chat': 'Agora-chat.js',
} as const

export type SdkName = keyof typeof bundles

/** What the SDK answered a call, or why its promise was rejected. */
interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  data?: any
  cursor?: string
  rejected?: { type: number; message: string }
}

export interface SdkPage {
  /** Creates a client that is logged in as a user; it works whether or not there is a WebSocket to log in to. */
  login(username: string): Promise<void>
  /** Calls a method of a user's client. */
  call(username: string, method: string, params?: object): Promise<Answer>
  /** The methods about chat rooms that the SDK has and that were not called. */
  uncalled(): Promise<string[]>
  /** What the page's console and its errors said. */
  complaints: string[]
  close(): Promise<void>
}

/** Runs in the page: the SDK's bundle has put itself there as `websdk`. */
interface Window {
  websdk: Sdk & { default: Sdk }
  clients: Record<string, Client>
}
type Sdk = { connection: new (options: object) => Client }
type Client = Record<string, (params?: object) => Promise<Answer>>

/** A page from another origin than the server's, with the unmodified bundle of an SDK in it. */
export async function anSdkPage(
  browser: Browser,
  server: TestServer,
  app: TestApp,
  sdk: SdkName,
): Promise<SdkPage> {
  const bundle = Bun.file(new URL(`../../node_modules/${sdk}/${bundles[sdk]}`, import.meta.url))
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
  const page: Page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  await page.goto(pages.url.href)

  const called = new Set<string>()

  return {
    complaints,
    async uncalled() {
      const methods = await page.evaluate(() => {
        const [client] = Object.values((globalThis as unknown as Window).clients)
        const names: string[] = []
        for (const name in client) if (/chatroom/i.test(name)) names.push(name)
        return names.filter((name) => typeof client?.[name] === 'function' && !name.startsWith('on'))
      })
      return methods.filter((name) => !called.has(name)).sort()
    },
    async login(username) {
      const { token } = await asUser(app, username)
      const { url } = server
      await page.evaluate(
        ({ appKey, username, accessToken, url }) => {
          const window = globalThis as unknown as Window
          const { connection: Connection } = window.websdk.connection ? window.websdk : window.websdk.default
          const client = new Connection({
            appKey,
            apiUrl: url,
            url: `${url.replace('http', 'ws')}/websocket`,
            isHttpDNS: false,
            autoReconnectNumMax: 0,
          })
          window.clients ??= {}
          window.clients[username] = client
          client.open?.({ user: username, accessToken }).catch(() => undefined)
        },
        { appKey: app.key, username, accessToken: token, url },
      )
    },
    call: (username, method, params) => {
      called.add(method)
      return page.evaluate(
        ({ username, method, params }) => {
          const client = (globalThis as unknown as Window).clients[username]
          if (!client?.[method]) return { rejected: { type: -1, message: `there is no ${method}` } }
          return client[method](params).catch(({ type, message }) => ({ rejected: { type, message } }))
        },
        { username, method, params },
      )
    },
    async close() {
      await page.close()
      await pages.stop(true)
    },
  }
}
