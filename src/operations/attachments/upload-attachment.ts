import { Type as t } from '@sinclair/typebox'
import { fileFailures } from '../../domain/body-failures.ts'
import { everyone } from '../allowed.ts'
import { action } from '../operation.ts'
import { exactly, says } from '../schemas.ts'
import { attachmentSender, warnOfUpload } from './sender.ts'

/** Stores an attachment of a message [files]. */
export const uploadAttachment = action({
  id: 'uploadAttachment',
  routes: ['POST /chatfiles'],
  tag: 'messages',
  summary: { en: 'Upload an attachment of a message', zh: '上传消息附件' },
  allowed: everyone,
  upload: true,
  parameters: [
    {
      name: 'restrict-access',
      in: 'header',
      says: {
        en: '`true`: the attachment has a secret, without which nobody reads it. `false`, or left out: whoever knows the id may.',
        zh: '`true`：附件带密钥，无密钥不能下载。`false` 或不填：知道 ID 即可下载。',
      },
      schema: { type: 'string' },
    },
  ],
  response: {
    entities: exactly({
      uuid: t.String(says('Id of the attachment.', '附件 ID。')),
      type: t.Literal('chatfile'),
      'share-secret': t.Optional(
        t.String(says('Whoever has it may read the attachment.', '持有者可下载该附件。')),
      ),
    }),
  },
  failures: fileFailures,
  input: ({ client }) => ({ client }),

  async run(context, { client }) {
    const { app, caller, services } = context
    const sender = attachmentSender(app, caller)
    const asked = client.header('restrict-access')?.trim().toLowerCase() ?? ''
    const isRestricted = !['', 'false', '0'].includes(asked)
    const stored = await client.receiveFile((chunks) =>
      services.attachments.add(sender, chunks, isRestricted),
    )
    await warnOfUpload(context, sender)
    return stored
  },

  reply: ({ uuid, secret }) => ({
    entities: [{ uuid, type: 'chatfile', ...(secret === undefined ? {} : { 'share-secret': secret }) }],
  }),
})
