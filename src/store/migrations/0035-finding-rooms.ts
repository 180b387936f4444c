/** When something last happened in a room, and what lists of rooms are read by beside their times. */
export const findingRooms = (): string[] => [
  `alter table rooms add column active bigint not null default 0`,
  `update rooms set active = created`,
  `create index rooms_by_active on rooms (app, active, id)`,
  `create index rooms_by_owner on rooms (app, owner, created, id)`,
]
