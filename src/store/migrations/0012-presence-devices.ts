/** The devices with which a user is connected to a node, as JSON. */
export const presenceDevices = (): string[] => [
  `alter table presence add column devices text not null default '[]'`,
]
