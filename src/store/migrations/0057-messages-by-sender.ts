import type { Database } from '../database.ts'

/** A client that connects to another node of a cluster repeats what was not acknowledged: found by its sender. */
export const messagesBySender = ({ dialect }: Pick<Database, 'dialect'>): string[] =>
  dialect === 'sqlite' ? [] : ['create index messages_by_sender on messages (sender, app, id)']
