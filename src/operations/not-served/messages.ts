import { failure } from '../../domain/failures.ts'
import { notServed, refused } from './not-served.ts'
import { isNotServed, serviceNotOpen } from './service-not-open.ts'

const reactionNotOpen = failure('Bad Request', 'this appKey is not open reaction service!', isNotServed)
const threadNotOpen = failure('group_error', 'thread not open.', isNotServed)
const editNotOpen = failure('message_rewrite_error', 'The rewrite message feature is not open.', isNotServed)
const broadcastNotOpen = failure('forbidden_op', 'message broadcast service is unopened', isNotServed)

/** What clients of the reference add to messages later. */
export const aroundMessages = [
  notServed(
    { en: 'Reactions', zh: '消息表情回复' },
    refused(reactionNotOpen, {
      addReaction: 'POST /reaction/user/:username',
      removeReaction: 'DELETE /reaction/user/:username',
      listReactions: 'GET /reaction/user/:username',
      getReaction: 'GET /reaction/user/:username/detail',
    }),
  ),
  notServed(
    { en: 'Threads', zh: '子区' },
    refused(threadNotOpen, {
      createThread: 'POST /thread',
      getThread: 'GET /thread/:thread_id',
      changeThread: 'PUT /thread/:thread_id',
      dissolveThread: 'DELETE /thread/:thread_id',
      joinThread: 'POST /thread/:thread_id/user/:username/join',
      leaveThread: 'DELETE /thread/:thread_id/user/:username/quit',
      listThreadMembers: 'GET /thread/:thread_id/users',
      removeThreadMember: 'DELETE /thread/:thread_id/users/:username',
      getLastThreadMessages: 'POST /thread/message',
      listThreads: 'GET /threads/user/:username',
      listAllThreadsOfGroup: 'GET /threads/chatgroups/:group_id',
      listThreadsOfGroup: 'GET /threads/chatgroups/:group_id/user/:username',
    }),
  ),
  notServed(
    { en: 'Editing of messages', zh: '修改消息' },
    refused(editNotOpen, { editMessage: 'PUT /messages/rewrite/:message_id' }),
  ),
  notServed(
    { en: 'Translation', zh: '消息翻译' },
    refused(serviceNotOpen, {
      translate: 'POST /users/:username/translate',
      listLanguages: 'GET /users/:username/translate/support/language',
    }),
  ),
  notServed(
    { en: 'Speech to text', zh: '语音转文字' },
    refused(serviceNotOpen, {
      recognizeSpeech: 'POST /speech/recognitions',
      transcribeSpeech: 'POST /speech/transcriptions',
    }),
  ),
  notServed(
    { en: 'Attachments in parts (clients send them whole then)', zh: '附件分片上传（客户端会改为整体上传）' },
    refused(serviceNotOpen, { beginPartUpload: 'POST /sdk/chatfiles/part-upload' }),
  ),
  notServed(
    { en: 'Import of messages', zh: '导入消息' },
    refused(serviceNotOpen, {
      importUserMessage: 'POST /messages/users/import',
      importGroupMessage: 'POST /messages/chatgroups/import',
    }),
  ),
  notServed(
    { en: 'Export of moderation records', zh: '导出内容审核记录' },
    refused(serviceNotOpen, {
      exportModeration: 'POST /moderation/record/message/export',
      listModerationExports: 'GET /moderation/export/files',
      downloadModerationExport: 'GET /moderationfiles/:uuid',
    }),
  ),
  notServed(
    { en: 'Messages to all users', zh: '向全部用户发送广播消息' },
    refused(broadcastNotOpen, {
      broadcastMessage: 'POST /messages/broadcast',
      broadcastToOnlineUsers: 'POST /messages/users/broadcast',
    }),
  ),
]
