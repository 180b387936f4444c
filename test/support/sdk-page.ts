import type { Browser } from 'playwright-core'
import { aPage } from './page.ts'
import { asUser } from './people.ts'
import type { TestApp, TestServer } from './server.ts'

/** The official web SDKs, as npm has them: the newer and the older one. */
export const bundles = {
  'easemob-websdk': 'Easemob-chat.js',
  'agora-chat': 'Agora-chat.js',
} as const

export type SdkName = keyof typeof bundles

/** The result of a call of the SDK, or why its promise was rejected. */
interface Answer<Data> {
  data: Data
  cursor?: string
  rejected?: { type: number; message: string }
}

export interface SdkPage {
  /** Creates a client that is logged in as a user; it works whether or not there is a WebSocket to log in to. */
  login(username: string): Promise<void>
  /** Calls a method of a user's client. */
  call<Data = unknown>(username: string, method: string, params?: object): Promise<Answer<Data>>
  /** The methods about chat rooms that the SDK has and that were not called. */
  uncalled(): Promise<string[]>
  /** Uncaught errors of the page. */
  errors: string[]
  close(): Promise<void>
}

/** Runs in the page: the SDK's bundle has put itself there as `websdk`. */
interface Window {
  websdk: Sdk & { default: Sdk }
  clients: Record<string, Client>
}
type Sdk = { connection: new (options: object) => Client }
type Client = Record<string, (params?: object) => Promise<unknown>>

/** A page from another origin than the server's, with the unmodified bundle of an SDK in it. */
export async function anSdkPage(
  browser: Browser,
  server: TestServer,
  app: TestApp,
  sdk: SdkName,
): Promise<SdkPage> {
  const { page, errors, close } = await aPage(browser, [`node_modules/${sdk}/${bundles[sdk]}`])
  const called = new Set<string>()

  return {
    errors,
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
    call: <Data>(username: string, method: string, params?: object) => {
      called.add(method)
      return page.evaluate(
        ({ username, method, params }) => {
          const client = (globalThis as unknown as Window).clients[username]
          if (!client?.[method]) return { rejected: { type: -1, message: `there is no ${method}` } }
          return client[method](params).catch(({ type, message }) => ({ rejected: { type, message } }))
        },
        { username, method, params },
      ) as Promise<Answer<Data>>
    },
    close,
  }
}
