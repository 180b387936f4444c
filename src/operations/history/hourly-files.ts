import { timingSafeEqual } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { type AppRecord, appKey, isSignedBy } from '../../domain/app.ts'
import { theApp } from '../../domain/event.ts'
import { failure, overRate, unauthorized } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { dayMs, hourMs, minuteMs } from '../../domain/time.ts'
import { anyone, appOnly } from '../allowed.ts'
import { action, write } from '../operation.ts'
import { inQuery } from '../parameters.ts'
import { exactly, says } from '../schemas.ts'
import { historyNotOpen } from './failures.ts'

/** After an hour until its file can be made: the messages of its last moments are stored by then. */
const settledMs = minuteMs
const lifetimeMs = limits.historyUrlTime.value

const badHour = failure('illegal_argument', 'illegal arguments: appkey: {appkey}, time: {time}', {
  en: 'the time is not of the form `yyyyMMddHH`',
  zh: '时间格式不是 `yyyyMMddHH`',
})

const hourNotThere = failure(
  'illegal_argument',
  'illegal arguments: appkey: {appkey}, time: {time}, maybe chat message history is expired or unstored',
  {
    en: 'the hour is over for longer than `historyDays`, or is not over',
    zh: '该小时早于 `historyDays`，或尚未结束',
  },
)

const noMessages = failure(
  'storage_object_not_found',
  'Failed to find chat message history download url for appkey: {appkey}, time: {time}',
  { en: 'there are no messages of that hour', zh: '该小时内没有消息' },
)

const urlOver = failure(unauthorized.word, unauthorized.text, {
  en: 'the URL is over, or was changed',
  zh: 'URL 已过期或被修改',
  lift: { en: 'ask for a new URL', zh: '重新获取 URL', calls: ['getHistoryFiles'] },
})

/** Counts a call for an hourly file, unless it is over what the app may ask in a minute [history files]. */
export const countHistoryFiles = write({
  id: 'countHistoryFiles',
  allowed: appOnly,

  async run({ app, store, now }, _: object) {
    const period = Math.floor(now / minuteMs)
    // What is refused is not counted: it is undone with the transaction.
    const { used } = await store.rates.countCalls(app.id, 'hourly files in a minute', period, 1)
    if (used > limits.historyFilesPerMinute.value) throw overRate()
  },
})

/** The beginning of an hour that is written as `yyyyMMddHH` in a zone; undefined for anything else. */
function hourOf(text: string, utcOffset: number): number | undefined {
  const [, year, month, day, hour] = /^(\d{4})(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  if (year === undefined) return undefined
  const time = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`)
  const isSame =
    Number.isFinite(time) && new Date(time).toISOString().startsWith(`${year}-${month}-${day}T${hour}`)
  return isSame ? time - utcOffset * hourMs : undefined
}

const signatureOf = (tokenKey: string, hour: string, expires: string): Buffer =>
  new Bun.CryptoHasher('sha256', Buffer.from(tokenKey, 'hex'))
    .update(`chatmessages:${hour}:${expires}`)
    .digest()

function isSigned(app: AppRecord, hour: string, expires: string, signature: string): boolean {
  const given = Buffer.from(signature, 'base64url')
  return isSignedBy(app, (tokenKey) => {
    const right = signatureOf(tokenKey, hour, expires)
    return given.length === right.length && timingSafeEqual(given, right)
  })
}

/** Fails unless there can be a file of this hour. */
function checkHour(app: AppRecord, time: string, now: number): number {
  if (app.settings.historyDays === 0) throw historyNotOpen()
  const hour = hourOf(time, app.settings.historyUtcOffset)
  const details = { appkey: appKey(app), time }
  if (hour === undefined) throw badHour(details)
  const oldest = now - app.settings.historyDays * dayMs
  if (hour < Math.floor(oldest / hourMs) * hourMs || hour + hourMs + settledMs > now)
    throw hourNotThere(details)
  return hour
}

/** Returns where the messages of one hour can be downloaded; the URL needs no token. */
export const getHistoryFiles = action({
  id: 'getHistoryFiles',
  routes: ['GET /chatmessages/:hour'],
  tag: 'history',
  summary: { en: 'Messages of one hour, as a file', zh: '获取历史消息文件' },
  description: {
    en: `The hour is of the zone of the app setting \`historyUtcOffset\`, which is UTC by default, and the file there a minute after its end. It is gzip with one JSON a line: fields as \`listMessages\` returns them. With \`rateLimits\`, ${limits.historyFilesPerMinute.value} calls a minute.`,
    zh: `小时的时区由应用设置 \`historyUtcOffset\` 决定，默认 UTC；该小时结束一分钟后可获取。文件为 gzip 格式，每行一个 JSON，字段与 \`listMessages\` 相同。开启 \`rateLimits\` 时每分钟最多 ${limits.historyFilesPerMinute.value} 次。`,
  },
  allowed: appOnly,
  response: {
    data: t.Array(
      exactly({
        url: t.String({
          ...says(
            `Good for ${lifetimeMs / minuteMs} minutes, without a token.`,
            `有效期 ${lifetimeMs / minuteMs} 分钟，下载时无需 token。`,
          ),
          examples: [
            'http://127.0.0.1:8080/demo/chat/chatmessages/2026010100/file?Expires=1767225600&Signature=c2ln',
          ],
        }),
      }),
    ),
  },
  failures: [historyNotOpen, badHour, hourNotThere, noMessages],
  input: ({ params, uri }) => ({ time: params.hour, uri }),

  async run({ app, services, now }, { time, uri }) {
    if (app.settings.rateLimits) await services.commit(app.id, theApp, countHistoryFiles, {})
    const hour = checkHour(app, time, now)
    if (!(await services.hourlyFiles.find(app.id, hour))) throw noMessages({ appkey: appKey(app), time })
    const expires = String(Math.floor((now + lifetimeMs) / 1000))
    const signature = signatureOf(app.tokenKey, time, expires).toString('base64url')
    return [{ url: `${uri}/file?Expires=${expires}&Signature=${signature}` }]
  },
})

/** Downloads the messages of one hour. */
export const downloadHistoryFile = action({
  id: 'downloadHistoryFile',
  routes: ['GET /chatmessages/:hour/file'],
  tag: 'history',
  summary: { en: 'Download the messages of one hour', zh: '下载历史消息文件' },
  description: {
    en: 'By the URL that `getHistoryFiles` returns, whose signature stands for a token.',
    zh: '使用 `getHistoryFiles` 返回的 URL，其中的签名代替 token。',
  },
  allowed: anyone,
  withoutToken: 'always',
  parameters: [
    inQuery('Expires', 'When the URL is over, Unix s.', 'URL 的过期时间，Unix 秒。', { type: 'string' }),
    inQuery('Signature', 'Of the hour and its end.', '签名。', { type: 'string' }),
  ],
  response: t.Unknown({ ...says('The file.', '文件内容。'), contentMediaType: 'application/octet-stream' }),
  failures: [urlOver, historyNotOpen, badHour, hourNotThere, noMessages],
  input: ({ params, query }) => ({
    time: params.hour,
    expires: query.get('Expires') ?? '',
    signature: query.get('Signature') ?? '',
  }),

  async run({ app, services, now }, { time, expires, signature }) {
    if (!isSigned(app, time, expires, signature) || Number(expires) * 1000 < now) throw urlOver()
    const file = await services.hourlyFiles.find(app.id, checkHour(app, time, now))
    if (!file) throw noMessages({ appkey: appKey(app), time })
    return file
  },

  reply: (file) => ({ file }),
})
