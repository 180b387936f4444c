/** Starts the writer thread; stands beside it, because the built file holds both in one folder. */
export const startWriterThread = (): Worker => new Worker(new URL('./writer-thread.ts', import.meta.url))
