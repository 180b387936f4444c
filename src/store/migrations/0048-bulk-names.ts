/** What a dry run says beside numbers: names of rooms, some of the members who come or go (JSON), and sums. */
export const bulkNames = (): string[] => [
  `alter table bulk_items add column name text not null default ''`,
  `alter table bulk_items add column usernames text not null default '[]'`,
  `alter table bulk_jobs add column members bigint not null default 0`,
  `alter table bulk_jobs add column messages bigint not null default 0`,
]
