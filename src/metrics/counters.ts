/** What real time has done since the start; `metrics` shows it. */
export const counters = () => ({
  /** Connections that are open. */
  connections: 0,
  logins: 0,
  loginsRefused: 0,
  messages: 0,
  /** Messages that were handed to users of this node; once for each. */
  delivered: 0,
  /** Messages that were refused, by reason. */
  refused: {} as Record<string, number>,
  /** Messages over a room's rate, by priority. */
  dropped: { high: 0, normal: 0, low: 0 },
  /** Messages that clients of a room did not get, since they are over the rate of a client, by priority. */
  leftOut: { high: 0, normal: 0, low: 0 },
  /** Connections that were not made, by reason. */
  connectionsRefused: {} as Record<string, number>,
  /** Bytes that waited for slow clients at the last look. */
  buffered: 0,
  /** Messages that held words of keyword lists, by the action that decided. */
  matched: { report: 0, replace: 0, refuse: 0 },
  historyStored: 0,
  /** Bytes of messages that wait to be stored in the history. */
  historyWaiting: 0,
  /** Messages that are not in the history, since too much waited to be stored. */
  historyLost: 0,
  /** Messages, and logins, that no callback reports, since too much was queued to be stored. */
  callbacksLost: 0,
  /** Connections that the server closed, by reason. */
  cutOff: {} as Record<string, number>,
})

export type Counters = ReturnType<typeof counters>

export function count(table: Record<string, number>, name: string): void {
  table[name] = (table[name] ?? 0) + 1
}
