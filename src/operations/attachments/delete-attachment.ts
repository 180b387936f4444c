import { failure, notFound } from '../../domain/failures.ts'
import { oneself } from '../allowed.ts'
import { action } from '../operation.ts'

const noSuchAttachment = failure(notFound.word, notFound.text, {
  en: 'no attachment has this id',
  zh: '附件 ID 不存在',
})

/** Deletes an attachment: whoever sent it may, and the app itself. */
export const deleteAttachment = action({
  id: 'deleteAttachment',
  routes: ['DELETE /chatfiles/:uuid'],
  tag: 'messages',
  summary: { en: 'Delete an attachment', zh: '删除附件' },
  allowed: oneself,
  response: {},
  failures: [noSuchAttachment],

  async input({ app, caller, params: { uuid } }, { attachments }) {
    const about = await attachments.about(app.id, uuid)
    if (!about) throw noSuchAttachment()
    const isSender = caller.kind === 'user' && about.sentBy(caller.username)
    return { uuid, sender: isSender ? caller.username : '' }
  },
  about: ({ sender }) => [sender],

  run: ({ app, services }, { uuid }) => services.attachments.remove(app.id, uuid),

  reply: () => ({}),
})
