import { Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../../domain/app.ts'
import { userNotFound } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import type { ReadStore } from '../../store/store.ts'
import { appOnly, tokenHolder } from '../allowed.ts'
import { action } from '../operation.ts'
import { inQuery } from '../parameters.ts'
import { exactly, milliseconds, says } from '../schemas.ts'

/** Fails with `userNotFound` where no user has this id. */
export async function requireUser(app: AppRecord, store: ReadStore, username: string): Promise<void> {
  if (!(await store.users.findUser(app.id, username))) throw userNotFound()
}

/** The devices with which a user is connected, to whatever node [devices]. */
export const listDevices = action({
  id: 'listDevices',
  routes: ['GET /users/:username/resources'],
  tag: 'users',
  summary: { en: 'Devices with which a user is online', zh: '获取用户的在线登录设备列表' },
  allowed: tokenHolder,
  response: {
    ownPath: true,
    data: t.Array(
      exactly({
        res: t.String({ ...says('The device, as the client names it.', '设备标识。'), examples: ['web_1'] }),
        device_uuid: t.String({ examples: ['5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911'] }),
        device_name: t.String({
          ...says('Empty where the client names none.', '客户端未提供时为空。'),
          examples: ['webim'],
        }),
        connected: t.Optional(
          milliseconds(
            'With `times=true`: when it has connected, Unix ms.',
            '`times=true` 时返回：连接建立的时间，Unix 毫秒。',
          ),
        ),
      }),
    ),
  },
  parameters: [
    inQuery('times', 'Whether to show since when each is connected.', '是否返回各设备的连接时间。', {
      type: 'boolean',
    }),
  ],
  failures: [userNotFound],
  input: ({ params, query }) => ({
    username: foldUsername(params.username),
    withTimes: query.get('times') === 'true',
  }),
  about: ({ username }) => [username],

  async run({ app, store, services }, { username, withTimes }) {
    await requireUser(app, store, username)
    const devices = await services.presence.devices(app.id, username)
    // Server SDKs know no other fields than the reference has.
    return withTimes ? devices : devices.map(({ connected: _, ...device }) => device)
  },
})

/** Ends the connection of one device of a user; one that is not connected is a success. */
export const disconnectDevice = action({
  id: 'disconnectDevice',
  routes: ['DELETE /users/:username/disconnect/:resource', 'GET /users/:username/disconnect/:resource'],
  tag: 'users',
  summary: { en: 'Force one device of a user offline', zh: '强制用户的单个设备下线' },
  description: {
    en: 'The tokens of the user stay valid.',
    zh: '该用户的 token 仍然有效。',
  },
  allowed: appOnly,
  response: { ownPath: true, data: exactly({ result: t.Literal(true) }) },
  failures: [userNotFound],
  input: ({ params: { username, resource } }) => ({ username: foldUsername(username), resource }),

  async run({ app, store, services }, { username, resource }) {
    await requireUser(app, store, username)
    await services.presence.disconnect(app.id, username, resource)
    return { result: true }
  },
})
