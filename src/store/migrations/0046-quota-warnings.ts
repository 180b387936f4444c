import type { Database } from '../database.ts'

/** Quotas of apps that are nearly used, of which was warned. */
export const quotaWarnings = ({ dialect }: Pick<Database, 'dialect'>): string[] => [
  `create table quota_warnings (
    app integer not null,
    quota ${dialect === 'sqlite' ? 'text' : 'text collate "C"'} not null,
    primary key (app, quota)
  ) ${dialect === 'sqlite' ? 'without rowid' : ''}`,
]
