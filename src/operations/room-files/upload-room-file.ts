import { Type as t } from '@sinclair/typebox'
import {
  bodyBroken,
  bodyTooSlow,
  diskFull,
  fileTooLarge,
  noFile,
  noSpace,
} from '../../domain/body-failures.ts'
import { Failure } from '../../domain/failure.ts'
import { type FailureKind, failure, roomMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { dayMs } from '../../domain/time.ts'
import type { RoomFile } from '../../store/room-files.ts'
import { members, uploaders } from '../allowed.ts'
import { attachmentSender, warnOfUpload } from '../attachments/sender.ts'
import { actionInRoom, writeRoom } from '../operation.ts'
import { warnOf } from '../quota-warning.ts'
import { exactly, RoomId, says } from '../schemas.ts'
import { fileFields, oldest } from './schemas.ts'

/** Days for which a file is retained. */
const days = limits.fileTime.value / dayMs

const fileMissing = failure('illegal_argument', 'file must be provided.', noFile.when)

const tooManyFiles = failure(
  'exceed_limit',
  'the chat room has too many files',
  {
    en: `there are ${limits.roomFiles.value} files in the chat room`,
    zh: `聊天室已有 ${limits.roomFiles.value} 个文件`,
    lift: {
      en: 'delete a file of the chat room first',
      zh: '先删除聊天室的一个文件',
      calls: ['deleteRoomFile'],
    },
  },
  400,
)

/** Web SDKs take any other status with a JSON body for a success. */
const asBadRequest = <const T extends string>({ word, text, when }: FailureKind<T>): FailureKind<T> =>
  failure(word, text, when, 400)

/** Receives a file. Where there is none, fails in this call's own words. */
async function received<T>(receive: () => Promise<T>): Promise<T> {
  try {
    return await receive()
  } catch (error) {
    throw error instanceof Failure && error.text === noFile.text ? fileMissing() : error
  }
}

/** A name as it is stored: no longer than names of files are, and storable as text. */
const storable = (name: string): string =>
  name.replaceAll('\0', '').slice(0, limits.fileName.value).toWellFormed()

/** Lists a file whose bytes have been stored, for the members to see. */
export const addRoomFile = writeRoom({
  id: 'addRoomFile',
  allowed: members,
  auditedAs: () => 'uploadRoomFile',

  async run(transaction, { file }: { room: string; file: Omit<RoomFile, 'createdMs'> }) {
    const { app, store, room, emit, now } = transaction
    await store.roomFiles.pruneRoomFiles(app.id, room.id, oldest(now))
    const before = await store.roomFiles.countRoomFiles(app.id, room.id)
    const limit = limits.roomFiles.value
    if (before >= limit) throw tooManyFiles()
    await store.roomFiles.addRoomFile(app.id, room.id, { ...file, createdMs: now })
    emit({ type: 'file.uploaded', file: file.id })
    warnOf(transaction, { quota: 'files', limit, before, after: before + 1 }, room.id)
    return now
  },
})

/** Shares a file with the members of a room. */
export const uploadRoomFile = actionInRoom({
  id: 'uploadRoomFile',
  routes: ['POST /chatrooms/:chatroom_id/share_files'],
  tag: 'files',
  summary: { en: 'Share a file in a chat room', zh: '上传聊天室共享文件' },
  description: {
    en: `Retained for ${days} days, in the space for attachments. A refused file gets 400, as web SDKs expect.`,
    zh: `保存 ${days} 天，占用附件空间。文件被拒绝时返回 400，以便 Web SDK 识别。`,
  },
  allowed: uploaders,
  missing: asBadRequest(roomMissing),
  upload: true,
  response: {
    data: exactly({
      file_url: t.String(says('Where members download it.', '成员的下载地址。')),
      group_id: RoomId,
      ...fileFields,
    }),
  },
  failures: [fileMissing, bodyBroken, bodyTooSlow, fileTooLarge, noSpace, tooManyFiles, diskFull],
  input: ({ params, client }) => ({ room: params.chatroom_id, client }),

  async run(context, { client }) {
    const { app, caller, room, services } = context
    const sender = attachmentSender(app, caller)
    let sizeBytes = 0
    async function* counted(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        sizeBytes += chunk.length
        yield chunk
      }
    }
    const {
      uuid,
      secret = '',
      name,
    } = await received(() =>
      client.receiveFile(async (chunks, nameOf) => ({
        ...(await services.attachments.add(sender, counted(chunks), true)),
        name: storable(nameOf()),
      })),
    )
    const file = { id: uuid, name, owner: sender.username ?? '', sizeBytes, secret }
    try {
      const createdMs = await services.commit(app.id, caller, addRoomFile, { room: room.id, file })
      await warnOfUpload(context, sender)
      return { ...file, createdMs, room: room.id }
    } catch (error) {
      await services.attachments.remove(app.id, uuid)
      throw error
    }
  },

  reply: ({ id, name, sizeBytes, createdMs, room }, _, { uri }) => ({
    data: {
      file_url: `${uri}/${id}`,
      group_id: room,
      file_id: id,
      file_name: name,
      file_size: sizeBytes,
      created: createdMs,
    },
  }),
})
