import { Type as t } from '@sinclair/typebox'
import { attributeReaders } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { Keys } from './keys.ts'

/** Custom attributes of a room: those named, or all. */
export const getAttributes = readRoom({
  id: 'getAttributes',
  routes: ['POST /metadata/chatroom/:chatroom_id'],
  tag: 'attributes',
  summary: { en: 'Custom attributes of a chat room', zh: '获取自定义属性' },
  allowed: attributeReaders,
  body: t.Partial(Keys, { additionalProperties: true }),
  response: {
    data: t.Record(t.String(), t.String(), { examples: [{ mood: 'calm' }] }),
    metadata: 'read',
  },
  failures: [],
  input: ({ params, body }) => ({
    room: params.chatroom_id,
    keys: body.keys?.length ? body.keys : undefined,
  }),

  async run({ app, store, room }, { keys }) {
    const attributes = await store.attributes.attributes(app.id, room.id, keys)
    return Object.fromEntries(attributes.map(({ name, value }) => [name, value]))
  },
})
