/** Yields one event-loop turn so that pending I/O is processed. */
export const nextTurn = (): Promise<void> => new Promise((begin) => setImmediate(begin))
