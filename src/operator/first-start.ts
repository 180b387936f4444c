import type { StartApp } from '../config.ts'
import type { NewApp } from '../operations/apps/create-app.ts'
import type { Credentials } from '../operations/apps/credentials.ts'
import type { Admin } from './admin.ts'

const isThere = async (admin: Admin, wanted: string): Promise<boolean> =>
  (await admin.listApps()).some(({ key }) => key === wanted)

/** Creates an app; undefined when it is there already, or another node that starts now has created it. */
async function createMissing(admin: Admin, app: NewApp): Promise<Credentials | undefined> {
  if (await isThere(admin, app.key)) return undefined
  try {
    return await admin.createApp(app)
  } catch (error) {
    if (await isThere(admin, app.key)) return undefined
    throw error
  }
}

/** Creates the apps that the configuration names and that are missing; those that exist stay as they are. */
export async function createMissingApps(admin: Admin, wanted: StartApp[]): Promise<void> {
  for (const app of wanted) await createMissing(admin, app)
}

/** Without any app at all: creates a demo app with two users, and tells how to use it. */
export async function firstStart(admin: Admin, url: string, say: (line: string) => void): Promise<void> {
  if ((await admin.listApps()).length > 0) return

  const key = 'demo#chat'
  const credentials = await createMissing(admin, { key })
  if (!credentials) return
  const { clientId, clientSecret } = credentials
  await admin.createUser(key, 'alice', 'alice-1')
  await admin.createUser(key, 'bob', 'bob-1')
  const token = await admin.issueToken(key, 86_400)
  say(`
First start: there was no app, so here is one to try. / 首次启动：还没有应用，已创建一个演示应用。

  app key        ${key}
  client id      ${clientId}
  client secret  ${clientSecret}   (shown this once / 仅显示这一次)
  users          alice (password alice-1), bob (password bob-1)

Create a chat room with alice and bob in it; the token is good for a day:
创建一个包含 alice 和 bob 的聊天室（token 有效期一天）：

  curl -X POST ${url}/demo/chat/chatrooms \\
    -H 'Authorization: Bearer ${token}' \\
    -d '{"name":"night owls","description":"late talk","owner":"alice","members":["bob"]}'

All calls / 全部接口: ${url}/docs
`)
}
