import { Type as t } from '@sinclair/typebox'
import { failure, notFound } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { milliseconds, sampleUuid, says, UserId } from '../schemas.ts'

export const noSuchFile = failure(notFound.word, notFound.text, {
  en: 'no file of the chat room has this id',
  zh: '聊天室没有该 ID 的文件',
})

/** Files that were shared earlier are gone, at a moment in Unix ms. */
export const oldest = (now: number): number => now - limits.fileTime.value

export const FileId = t.String({ ...says('Id of the file.', '文件 ID。'), examples: [sampleUuid] })

export const fileFields = {
  file_id: FileId,
  file_name: t.String({ examples: ['agenda.pdf'] }),
  file_size: t.Integer({ ...says('In bytes.', '字节数。'), examples: [1024] }),
  created: milliseconds('When it was shared, Unix ms.', '上传时间，Unix 毫秒。'),
}

export const FileOwner = t.String({
  ...UserId,
  ...says('Who shared it; empty for the app itself.', '上传者；由应用上传时为空。'),
})
