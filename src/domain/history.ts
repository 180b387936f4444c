import type { AppSettings } from './app-settings.ts'

/** How the history of an app stores a message. */
export interface HistoryTerms {
  /** Most messages that a room retains; null = all within the days of the app. */
  perRoom: number | null
  /** Whether the sender gets an acknowledgement that the message is stored, not only that it is accepted. */
  isDurable: boolean
  /** Users who do not find it in the history. */
  ignoredBy: string[] | null
}

/** How the history of an app stores a message; undefined where it has none. */
export const historyTerms = (
  { historyDays, historyPerRoom, historyDurable }: AppSettings,
  ignoredBy: string[] | null = null,
): HistoryTerms | undefined =>
  historyDays === 0 ? undefined : { perRoom: historyPerRoom, isDurable: historyDurable, ignoredBy }

/** Whether a message is acknowledged when it is stored. */
export const storesFirst = ({ historyDurable, historyDays }: AppSettings): boolean =>
  historyDurable && historyDays > 0

/** Kinds of messages by the names that calls have for them: the `MessageBody_Content_Type` of each. */
export const contentKinds = {
  txt: 0,
  img: 1,
  audio: 4,
  video: 2,
  file: 5,
  loc: 3,
  cmd: 6,
  custom: 7,
  combine: 8,
} as const
