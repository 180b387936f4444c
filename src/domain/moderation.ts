import type { KeywordAction } from './keywords/automaton.ts'

/** A message of a client that held words of keyword lists, as the log of events has it. */
export interface ModeratedMessage {
  /** Its id; that of a message that was refused names nothing else. */
  message: string
  sender: string
  /** Its receiver, in a single chat. */
  to?: string
  /** What happened to it. */
  status: ModeratedStatus
  /** The words, as they are stored: without width and case. */
  words: string[]
  /** Ids of the lists that they are in. */
  lists: string[]
}

export const statusOf = { report: 'pass', replace: 'replace', refuse: 'refuse' } as const satisfies Record<
  KeywordAction,
  string
>

type ModeratedStatus = (typeof statusOf)[KeywordAction]
