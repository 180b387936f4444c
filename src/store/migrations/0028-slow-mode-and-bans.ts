import { foreverMs } from '../../domain/mute.ts'

/** Seconds between two messages of one member of a room; entries of a block list that end by themselves (Unix ms), and why. */
export const slowModeAndBans = (): string[] => [
  `alter table rooms add column slow_mode integer not null default 0`,
  `alter table blocks add column expires bigint not null default ${foreverMs}`,
  `alter table blocks add column reason text not null default ''`,
]
