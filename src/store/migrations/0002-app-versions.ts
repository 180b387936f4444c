/** Counts the changes of an app, so that other nodes notice them. */
export const appVersions = (): string[] => [`alter table apps add column version integer not null default 1`]
