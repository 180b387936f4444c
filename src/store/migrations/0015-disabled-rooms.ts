/** Rooms in which nobody speaks or changes anything until they are enabled again. */
export const disabledRooms = (): string[] => [
  `alter table rooms add column disabled integer not null default 0`,
]
