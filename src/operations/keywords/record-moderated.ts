import { limits } from '../../domain/limits.ts'
import type { ModeratedMessage } from '../../domain/moderation.ts'
import { hourMs } from '../../domain/time.ts'
import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'

/** Messages of an app that held keywords, and how often each word was held. */
export interface Moderated {
  messages: { room: string; message: ModeratedMessage }[]
  hits: { list: string; word: string; times: number }[]
}

/** The words of a message, as many as a reason holds. */
function reasonOf(words: string[]): string {
  let reason = ''
  for (const word of words.toSorted()) {
    const longer = reason === '' ? word : `${reason}, ${word}`
    if (Buffer.byteLength(longer) > limits.reportBytes.value) break
    reason = longer
  }
  return reason
}

/** Puts what keyword lists let pass and report into the queue of reports. */
async function report({ app, store, now, emit }: Transaction, messages: Moderated['messages']) {
  const passed = messages.filter(({ message }) => message.status === 'pass')
  if (passed.length === 0) return
  const reports = passed.map(({ room, message: { message, sender, words } }) => ({
    message,
    username: '',
    type: 'keyword',
    reason: reasonOf(words),
    createdMs: now,
    room,
    sender,
  }))
  const most = limits.keywordReports.value
  for (const { message, username, sender, type, reason, room } of await store.reports.addKeywordReports(
    app.id,
    reports,
    most,
    now - hourMs,
  ))
    emit(
      { type: 'message.reported', message, username, sender, reportType: type, reportReason: reason },
      room,
    )
}

/** Records messages that held keywords in the log of events, counts them, and queues those that are to be reported. */
export const recordModerated = write({
  id: 'recordModerated',
  allowed: appOnly,

  async run(transaction, { messages, hits }: Moderated) {
    const { app, store, emit } = transaction
    await store.keywords.countHits(app.id, hits)
    for (const { room, message } of messages) emit({ type: 'message.moderated', ...message }, room)
    await report(transaction, messages)
  },
})
