/** What became of a report, who decided it and when (Unix ms); `repeats` counts how often it was sent within a minute. */
export const reportStates = (): string[] => [
  `alter table reports add column state text not null default 'open'`,
  `alter table reports add column handled_by text not null default ''`,
  `alter table reports add column handled bigint not null default 0`,
  `alter table reports add column note text not null default ''`,
  `alter table reports add column repeats integer not null default 1`,
  `create index reports_by_state on reports (app, state, created, message, username)`,
  `create index reports_by_user on reports (app, username, created)`,
]
