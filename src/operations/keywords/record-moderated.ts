import type { ModeratedMessage } from '../../domain/moderation.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Messages of an app that held keywords, and how often each word was held. */
export interface Moderated {
  messages: { room: string; message: ModeratedMessage }[]
  hits: { list: string; word: string; times: number }[]
}

/** Records messages that held keywords in the log of events, and counts them. */
export const recordModerated = write({
  id: 'recordModerated',
  allowed: appOnly,

  async run({ app, store, emit }, { messages, hits }: Moderated) {
    await store.keywords.countHits(app.id, hits)
    for (const { room, message } of messages) emit({ type: 'message.moderated', ...message }, room)
  },
})
