/** An explanation in both languages. */
export interface Text {
  en: string
  zh: string
}

/** What would have to change so that a call does not fail, and what changes it. */
export interface Lift extends Text {
  /** Calls, by their `operationId`; `joinRoom` and `leaveRoom` are what clients do over their sockets. */
  calls?: readonly string[]
  /** Settings of the app or of the server. */
  settings?: readonly string[]
}

/** When a failure occurs, in both languages. */
export interface When extends Text {
  lift?: Lift | undefined
}
