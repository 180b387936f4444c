import { busy, failure, tooLarge } from './failures.ts'
import { MiB } from './limits/limit.ts'
import { limits } from './limits.ts'

/** The connection ended before the body did. */
export const bodyBroken = failure('invalid_parameter', 'the body did not come whole', {
  en: 'the connection ended before the body',
  zh: '请求体未完整送达连接即断开',
})

export const bodyTooSlow = failure('invalid_parameter', 'the body came too slowly', {
  en: `slower than ${limits.bodyRate.value / 1024} KiB a second`,
  zh: `低于每秒 ${limits.bodyRate.value / 1024} KiB`,
})

export const tooManyBodies = busy('too many bodies are being read; try again later', {
  en: 'waiting bodies take all the memory that they may',
  zh: '等待接收的请求体已占满可用内存',
})

export const notJson = failure('invalid_parameter', 'the body is not JSON', {
  en: 'broken JSON',
  zh: 'JSON 格式错误',
})

export const notUtf8 = failure('invalid_parameter', 'the body is not UTF-8 text', {
  en: 'bytes that are not UTF-8',
  zh: '不是 UTF-8 编码',
})

export const notWellFormed = failure('invalid_parameter', 'the body holds a NUL or half a character', {
  en: 'NUL or a lone surrogate in a text',
  zh: '文本中含有 NUL 或不完整的字符',
})

export const tooDeep = failure(
  'invalid_parameter',
  `the body is nested deeper than ${limits.bodyDepth.value} levels`,
  {
    en: 'no call needs more than a few',
    zh: '没有接口需要如此多的层级',
  },
)

export const notObject = failure('invalid_parameter', 'the body must be a JSON object', {
  en: 'the body is JSON of another kind',
  zh: '请求体是其他类型的 JSON',
})

export const wrongType = failure('invalid_parameter', '{field} must be {type}', {
  en: 'a field of the wrong JSON type',
  zh: '字段的 JSON 类型不对',
})

/** What any JSON body can be refused for. */
export const bodyFailures = [
  wrongType,
  notObject,
  notJson,
  notUtf8,
  notWellFormed,
  tooDeep,
  bodyBroken,
  bodyTooSlow,
  tooManyBodies,
  tooLarge,
] as const

export const noFile = failure('invalid_parameter', 'the body must be multipart/form-data with a field file', {
  en: 'there is no file',
  zh: '没有文件',
})

/** Web SDKs take any other status than 400 with a JSON body for an upload that is done. */
export const fileTooLarge = failure(
  tooLarge.word,
  tooLarge.text,
  {
    en: `the file is over ${limits.fileBytes.value / MiB} MiB`,
    zh: `文件超过 ${limits.fileBytes.value / MiB} MiB`,
  },
  400,
)

export const noSpace = failure(
  'exceed_limit',
  'there is no space for attachments left',
  {
    en: 'the share of the user or the app, or the space of the server, is used up',
    zh: '用户或应用的份额，或服务器的附件空间已用完',
    lift: {
      en: 'delete attachments or wait until old ones expire, or raise `fileSpace` or `userFileSpace` of the app, or `file_space` of the server',
      zh: '删除附件或等待旧附件过期，或调高应用设置 `fileSpace`、`userFileSpace` 或服务器设置 `file_space`',
      calls: ['deleteAttachment', 'deleteRoomFile'],
      settings: ['fileSpace', 'userFileSpace', 'file_space'],
    },
  },
  400,
)

export const diskFull = busy('the disk of the server is full', {
  en: 'nothing is kept; try again later',
  zh: '未保存任何内容；请稍后重试',
})

/** What an upload can be refused for. */
export const fileFailures = [noFile, bodyBroken, bodyTooSlow, fileTooLarge, noSpace, diskFull] as const
