import { Type as t } from '@sinclair/typebox'
import { failure, notFound } from '../../domain/failures.ts'
import { anyone } from '../allowed.ts'
import { action } from '../operation.ts'
import type { Parameter } from '../parameters.ts'
import { says } from '../schemas.ts'

const noSuchAttachment = failure(notFound.word, notFound.text, {
  en: 'no attachment has this id and secret',
  zh: '没有与该 ID 和密钥匹配的附件',
})

const secret = (where: 'header' | 'query'): Parameter => ({
  name: 'share-secret',
  in: where,
  says: {
    en: 'Secret of the attachment; none is needed where it was uploaded without `restrict-access: true`.',
    zh: '附件密钥；上传时未带 `restrict-access: true` 的附件无需密钥。',
  },
  schema: { type: 'string' },
})

/** An attachment, to whoever has its secret: pages show it without a token [files]. */
export const downloadAttachment = action({
  id: 'downloadAttachment',
  routes: ['GET /chatfiles/:uuid'],
  tag: 'messages',
  summary: { en: 'Download an attachment of a message', zh: '下载消息附件' },
  allowed: anyone,
  withoutToken: 'always',
  parameters: [secret('header'), secret('query')],
  response: t.Unknown({
    ...says('The file.', '文件内容。'),
    contentMediaType: 'application/octet-stream',
  }),
  failures: [noSuchAttachment],
  input: ({ params, query, client }) => ({
    uuid: params.uuid,
    secret: client.header('share-secret') ?? query.get('share-secret') ?? '',
  }),

  async run({ app, services }, { uuid, secret }) {
    const file = await services.attachments.find(app.id, uuid, secret)
    if (!file) throw noSuchAttachment()
    return file
  },

  reply: (file) => ({ file }),
})
