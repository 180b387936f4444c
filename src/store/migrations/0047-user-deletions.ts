import type { Database } from '../database.ts'

/** Deleted users whose chat rooms are still to be left, handed over or dissolved. */
export const userDeletions = ({ dialect }: Pick<Database, 'dialect'>): string[] => [
  `create table user_deletions (
    app integer not null,
    username ${dialect === 'sqlite' ? 'text' : 'text collate "C"'} not null,
    primary key (app, username)
  ) ${dialect === 'sqlite' ? 'without rowid' : ''}`,
]
