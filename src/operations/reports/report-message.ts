import { Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../../domain/app.ts'
import { failure, overRate, userNotFound } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { minuteMs } from '../../domain/time.ts'
import { foldUsername } from '../../domain/user.ts'
import { oneself } from '../allowed.ts'
import { write } from '../operation.ts'
import { bounds, exactly, loosely, says } from '../schemas.ts'
import type { Services } from '../services.ts'
import { lockedUser } from '../users/locked-user.ts'

const mostBytes = limits.reportBytes.value

const noSuchMessage = failure('illegal_argument', 'report failed, get message by id failed', {
  en: 'the id is not that of a message',
  zh: '不是消息 ID',
})

const reportTooLong = failure('illegal_argument', `report type or reason exceeds ${mostBytes} bytes`, {
  en: `\`reportType\` or \`reportReason\` is longer than ${mostBytes} bytes`,
  zh: `\`reportType\` 或 \`reportReason\` 超过 ${mostBytes} 字节`,
})

const mostPerMinute = limits.reportsPerMinute.value

const tooManyReports = failure(overRate.word, overRate.text, {
  en: `the user has reported ${mostPerMinute} times in the last minute`,
  zh: `用户一分钟内已举报 ${mostPerMinute} 次`,
  lift: { en: 'wait and report it again', zh: '稍后再举报' },
})

/** Room and sender of a message; undefined where the history does not have it. */
async function originIn({ history }: Services, app: AppRecord, id: number) {
  if (app.settings.historyDays === 0 || !Number.isSafeInteger(id)) return undefined
  const [found] = await history.find(app.id, [id])
  return found && { room: found.room, sender: found.sender }
}

/** Stores a user's report of a message; clients do not read the response. */
export const reportMessage = write({
  id: 'reportMessage',
  routes: ['POST /user/:username/moderation/report/message/:message_id'],
  tag: 'messages',
  summary: { en: 'Report a message', zh: '举报消息' },
  description: {
    en: `The app lists what was reported. Reporting a message again replaces the earlier report. The latest ${limits.reports.value} reports of an app are stored.`,
    zh: `应用可查询举报列表。重复举报同一消息会覆盖之前的举报。每个应用保留最近 ${limits.reports.value} 条举报。`,
  },
  allowed: oneself,
  body: loosely({
    reportType: t.Optional(
      t.String({
        ...says('What kind of report it is.', '举报类型。'),
        examples: ['abuse'],
        ...bounds({ maxLength: mostBytes }),
      }),
    ),
    reportReason: t.Optional(
      t.String({
        ...says(`Why; at most ${mostBytes} bytes.`, `举报原因，最多 ${mostBytes} 字节。`),
        examples: ['It insults others.'],
        ...bounds({ maxLength: mostBytes }),
      }),
    ),
  }),
  response: { ownPath: true, data: exactly({ result: t.Literal('ok') }) },
  failures: [userNotFound, noSuchMessage, reportTooLong, tooManyReports],
  async input({ app, params, body: { reportType: type = '', reportReason: reason = '' } }, services) {
    if (!/^[1-9]\d{0,18}$/.test(params.message_id)) throw noSuchMessage()
    if (Buffer.byteLength(type) > mostBytes || Buffer.byteLength(reason) > mostBytes) throw reportTooLong()
    const { message_id: message } = params
    const origin = await originIn(services, app, Number(message))
    return { username: foldUsername(params.username), message, type, reason, origin }
  },
  about: ({ username }) => [username],

  async run(transaction, { username, message, type, reason, origin }) {
    const { app, store, now, emit } = transaction
    await lockedUser(transaction, username)
    const id = Number(message)
    const recent = Number.isSafeInteger(id) ? await store.messages.findMessage(app.id, id) : undefined
    const { room: place = '', sender = '' } = recent ?? origin ?? {}
    // Messages between users are of none, and the reports of a dissolved room are gone with it.
    const room = place !== '' && (await store.rooms.findRoom(app.id, place)) ? place : ''
    const earlier = await store.reports.findReport(app.id, message, username)
    const isSame = earlier?.type === type && earlier.reason === reason
    if (isSame && (sender === '' || earlier.sender !== '')) return { result: 'ok' }
    const since = now - minuteMs
    if ((await store.reports.countReports(app.id, username, since)) >= mostPerMinute) throw tooManyReports()
    const report = { message, username, type, reason, createdMs: now, room, sender }
    await store.reports.addReport(app.id, report, limits.reports.value, since)
    emit(
      { type: 'message.reported', message, username, sender, reportType: type, reportReason: reason },
      room,
    )
    return { result: 'ok' }
  },
})
