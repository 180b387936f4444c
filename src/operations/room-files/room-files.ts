import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { members, moderatorsOrOneself } from '../allowed.ts'
import { actionInRoom, readRoom, writeRoom } from '../operation.ts'
import { pageOf, pageParameters } from '../parameters.ts'
import { exactly, RoomId, says } from '../schemas.ts'
import { FileId, FileOwner, fileFields, noSuchFile, oldest } from './schemas.ts'

const bounds = { default: limits.roomFilesPage.value, most: limits.roomFilesPage.value }

/** The files of a room, the newest first. */
export const listRoomFiles = readRoom({
  id: 'listRoomFiles',
  routes: ['GET /chatrooms/:chatroom_id/share_files'],
  tag: 'files',
  summary: { en: 'List the files of a chat room', zh: '获取聊天室共享文件列表' },
  allowed: members,
  parameters: pageParameters(bounds),
  response: { data: t.Array(exactly({ ...fileFields, file_owner: FileOwner })) },
  failures: [],
  input: ({ params, query }) => ({ room: params.chatroom_id, ...pageOf(query, bounds) }),

  async run({ app, store, room, now }, { limit, offset }) {
    const files = await store.roomFiles.roomFiles(app.id, room.id, oldest(now), limit, offset)
    return files.map(({ id, name, owner, sizeBytes, createdMs }) => ({
      file_id: id,
      file_name: name,
      file_owner: owner,
      file_size: sizeBytes,
      created: createdMs,
    }))
  },
})

/** A file of a room, to its members. */
export const downloadRoomFile = actionInRoom({
  id: 'downloadRoomFile',
  routes: ['GET /chatrooms/:chatroom_id/share_files/:file_id'],
  tag: 'files',
  summary: { en: 'Download a file of a chat room', zh: '下载聊天室共享文件' },
  allowed: members,
  response: t.Unknown({
    ...says('The file.', '文件内容。'),
    contentMediaType: 'application/octet-stream',
  }),
  failures: [noSuchFile],
  input: ({ params }) => ({ room: params.chatroom_id, id: params.file_id }),

  async run({ app, store, room, now, services }, { id }) {
    const file = await store.roomFiles.findRoomFile(app.id, room.id, id, oldest(now))
    const bytes = file && (await services.attachments.find(app.id, id, file.secret))
    if (!bytes) throw noSuchFile()
    return bytes
  },

  reply: (file) => ({ file }),
})

/** Takes a file off the list of a room. */
export const removeRoomFile = writeRoom({
  id: 'removeRoomFile',
  allowed: moderatorsOrOneself,
  auditedAs: () => 'deleteRoomFile',
  about: ({ owner }: { room: string; id: string; owner: string }) => [owner],

  async run({ app, store, room, emit }, { id }) {
    if (!(await store.roomFiles.removeRoomFile(app.id, room.id, id))) throw noSuchFile()
    emit({ type: 'file.deleted', file: id })
  },
})

/** Deletes a file of a room: who shared it may, and those who manage the room. */
export const deleteRoomFile = actionInRoom({
  id: 'deleteRoomFile',
  routes: ['DELETE /chatrooms/:chatroom_id/share_files/:file_id'],
  tag: 'files',
  summary: { en: 'Delete a file of a chat room', zh: '删除聊天室共享文件' },
  allowed: moderatorsOrOneself,
  response: { data: exactly({ group_id: RoomId, file_id: FileId, id: FileId, result: t.Literal(true) }) },
  failures: [noSuchFile],

  async input({ app, params: { chatroom_id: room, file_id: id } }, { store }) {
    const file = await store.roomFiles.findRoomFile(app.id, room, id, 0)
    return { room, id, owner: file?.owner ?? '' }
  },
  about: ({ owner }) => [owner],

  async run({ app, caller, services }, input) {
    await services.commit(app.id, caller, removeRoomFile, input)
    await services.attachments.remove(app.id, input.id)
    const { room, id } = input
    return { group_id: room, file_id: id, id, result: true }
  },
})
