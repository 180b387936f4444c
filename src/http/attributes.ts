import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { limits } from '../limits.ts'
import { roomToRead } from '../rooms/access.ts'
import { foldUsername } from '../users/user.ts'
import { forApp } from './access.ts'
import { bounds } from './bounds.ts'
import type { Deps } from './deps.ts'
import { type Call, success } from './envelope.ts'
import { AttributesRemovedReply, AttributesReply, AttributesSetReply, keyRows } from './member-replies.ts'
import { replies } from './replies.ts'
import { unknownRoomId } from './room-replies.ts'

const tags = ['Custom attributes']

const Setting = t.Object(
  {
    metaData: t.Record(t.String(), t.String(), {
      description:
        'At most 10 keys (128 of A-Z, a-z, 0-9, "_", "-", ".") with texts of at most 4096 characters.',
      examples: [{ mood: 'calm' }],
      ...bounds({
        minProperties: 1,
        maxProperties: limits.attributesSet.value,
        propertyNames: { pattern: `^[A-Za-z0-9_.-]{1,${limits.attributeKey.value}}$` },
        additionalProperties: { type: 'string', maxLength: limits.attributeValue.value },
      }),
    }),
    autoDelete: t.Optional(
      t.String({ description: '`DELETE` (default): removed when the setter leaves; or `NO_DELETE`.' }),
    ),
  },
  { additionalProperties: true },
)

const Keys = t.Object(
  {
    keys: t.Array(t.String(), {
      description: 'At most 10 keys.',
      examples: [['mood']],
      ...bounds({ maxItems: limits.attributesSet.value }),
    }),
  },
  { additionalProperties: true },
)

const AskedKeys = t.Partial(Keys, { additionalProperties: true })

/** This service tells its own address without the room. */
const metadata = (call: Call): Call => ({
  ...call,
  uri: call.uri.replace(/(\/metadata\/chatroom)\/.*$/, '$1'),
})

/** Custom attributes of a room, kept by the members who set them. */
export const attributeRoutes = (deps: Deps) => {
  const { store, commit } = deps

  const reading = forApp(deps).post(
    '/metadata/chatroom/:id',
    async ({ app, call, caller, params, body }) => {
      const room = await roomToRead({ app, caller, store }, 'getAttributes', params.id)
      const keys = body.keys?.length ? body.keys : undefined
      const attributes = await store.attributes.attributes(app.id, room.id, keys)
      const data = Object.fromEntries(attributes.map(({ name, value }) => [name, value]))
      return success(metadata(call), JSON.stringify(data))
    },
    {
      body: AskedKeys,
      detail: {
        operationId: 'getAttributes',
        summary: 'Custom attributes of a chat room',
        tags,
        ...replies(AttributesReply, [unknownRoomId]),
      },
    },
  )

  const writing = (forced: boolean) => {
    const path =
      `/metadata/chatroom/:id/user/:username${forced ? '/forced' : ''}` as '/metadata/chatroom/:id/user/:username'
    const others = forced ? ', also those that others set' : ''
    return forApp(deps)
      .put(
        path,
        async ({ app, call, caller, params, body }) => {
          const outcome = await commit(app.id, caller, 'setAttributes', params.id, {
            username: foldUsername(params.username),
            values: body.metaData,
            autoDelete: body.autoDelete !== 'NO_DELETE',
            forced,
          })
          return success(metadata(call), JSON.stringify(outcome))
        },
        {
          body: Setting,
          detail: {
            operationId: forced ? 'forceAttributes' : 'setAttributes',
            summary: `Set custom attributes${others}`,
            tags,
            ...replies(AttributesSetReply, [unknownRoomId, ...keyRows]),
          },
        },
      )
      .delete(
        path,
        async ({ app, call, caller, params, body }) => {
          const outcome = await commit(app.id, caller, 'removeAttributes', params.id, {
            username: foldUsername(params.username),
            keys: [...new Set(body.keys)],
            forced,
          })
          return success(metadata(call), JSON.stringify(outcome), { status: 'ok' })
        },
        {
          body: Keys,
          detail: {
            operationId: forced ? 'forceRemoveAttributes' : 'removeAttributes',
            summary: `Remove custom attributes${others}`,
            tags,
            ...replies(AttributesRemovedReply, [unknownRoomId, ...keyRows]),
          },
        },
      )
  }

  return new Elysia().use(reading).use(writing(false)).use(writing(true))
}
