import type { TestApp } from './server.ts'
import { TestSocket } from './socket.ts'

/** Calls an app's paths as one of its users, with a token of its own. */
export async function asUser(app: TestApp, username: string): Promise<TestApp['call'] & { token: string }> {
  const { body } = await app.call('POST', '/token', { grant_type: 'inherit', username })
  if (!body.access_token) throw new Error(`no token for ${username}: ${JSON.stringify(body)}`)
  const token: string = body.access_token
  const call: TestApp['call'] = (method, path, sent, headers) =>
    app.call(method, path, sent, { authorization: `Bearer ${token}`, ...headers })
  return Object.assign(call, { token })
}

/** Connects as one of an app's users, to the server of the app or to another node. */
export async function connectAs(
  app: TestApp,
  username: string,
  resource?: string,
  url = new URL(app.url).origin,
): Promise<TestSocket> {
  return TestSocket.login(url, app.key, username, (await asUser(app, username)).token, resource)
}
