import type { Logger } from 'pino'
import { type AppRecord, hashSecret, parseAppKey } from '../domain/app.ts'
import { limits } from '../domain/limits.ts'
import { hourMs } from '../domain/time.ts'
import type { NewApp } from '../operations/apps/create-app.ts'
import type { Credentials } from '../operations/apps/credentials.ts'
import type { Admin } from './admin.ts'
import type { StartApp } from './settings.ts'

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

type FindApp = (org: string, name: string) => AppRecord | undefined

/**
 * Creates the apps that the configuration names and that are missing. Those that exist stay as they are; where the
 * configuration has other credentials for one, a warning in the log names it.
 */
export async function createMissingApps(
  admin: Admin,
  wanted: StartApp[],
  findApp: FindApp,
  log: Logger,
): Promise<void> {
  for (const app of wanted) {
    await createMissing(admin, app)
    const { org, name } = parseAppKey(app.key)
    const record = findApp(org, name)
    if (!record) continue
    const isOther =
      record.clientId !== app.clientId ||
      hashSecret(record.secretSalt, app.clientSecret) !== record.secretHash
    if (isOther)
      log.warn(
        { app: app.key },
        'the credentials in CHATROOMD_APPS (apps) are not those of the app, which were not changed: ' +
          'they count only when an app is created; "chatroomd app rotate-secret" gives a new secret',
      )
  }
}

/** Without any app at all: creates a demo app with two users, and prints how to use it. */
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

/**
 * Without any operator: prints a link, once, that makes the first one in the console; where nobody looks, the log says how to
 * add one instead.
 */
export async function offerSetup(
  admin: Admin,
  say: ((line: string) => void) | undefined,
  url: string,
  log: Pick<Logger, 'info'>,
): Promise<void> {
  if ((await admin.listOperators()).length > 0) return
  const token = say ? await admin.beginSetup() : null
  if (!say || token === null) {
    log.info('the console has no operator; "chatroomd operator add NAME --role admin" adds one')
    return
  }
  const hours = limits.operatorSetup.value / hourMs
  say(`
The console has no operator yet. This link makes the first one; it is good once, for ${hours} hours, and shown this once:
控制台还没有管理员。请用以下链接创建第一个管理员（${hours} 小时内有效，只能使用一次，仅显示这一次）：

  ${url}/console/setup#${token}

Or, on this machine / 也可在本机运行: chatroomd operator add NAME --role admin
`)
}
