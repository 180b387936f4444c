import { isActivity } from '../activity-events.ts'
import type { Database } from '../database.ts'

/**
 * Callback rules, how far each is, what failed and waits, and what was tried. `apps.callbacks` has the needs of an app's
 * rules as bits; `events.extra` what callbacks send beyond the audit trail.
 */
export const callbacks = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const keyed = sqlite ? 'without rowid' : ''
  return [
    `alter table apps add column callbacks integer not null default 0`,
    `alter table events add column extra text`,
    `create index events_said on events (app, at) where ${isActivity}`,
    `create table callbacks (
      app integer not null,
      id ${text} not null,
      name ${text} not null,
      url text not null,
      stage text not null,
      events text not null,
      filter text not null,
      enabled integer not null,
      secrets text not null,
      created bigint not null,
      version integer not null,
      primary key (app, id)
    ) ${keyed}`,
    `create unique index callbacks_by_name on callbacks (app, name)`,
    // `xid`, `at`, `room`, `number`: the last event that was handled; after a move `xid` is null, and `at` alone is the position.
    // `epoch` counts jumps to another position; `holder` is the process that delivers, until `expires`.
    `create table callback_state (
      app integer not null,
      rule ${text} not null,
      xid bigint,
      at bigint not null,
      room ${text} not null,
      number integer not null,
      epoch integer not null,
      holder text not null,
      expires bigint not null,
      primary key (app, rule)
    ) ${keyed}`,
    // In the order of `seq` in each room; `due` is null where one before it in its room has to go first, or it is dead.
    `create table callback_queue (
      app integer not null,
      rule ${text} not null,
      seq bigint not null,
      room ${text} not null,
      dead integer not null,
      due bigint,
      attempts integer not null,
      call ${text} not null,
      event text not null,
      at bigint not null,
      failed bigint not null,
      error text not null,
      body text not null,
      primary key (app, rule, seq)
    ) ${keyed}`,
    `create index callback_queue_by_room on callback_queue (app, rule, dead, room, seq)`,
    `create table callback_log (
      app integer not null,
      rule ${text} not null,
      seq bigint not null,
      at bigint not null,
      room text not null,
      call text not null,
      event text not null,
      position text not null,
      attempt integer not null,
      status integer not null,
      error text not null,
      ms integer not null,
      primary key (app, rule, seq)
    ) ${keyed}`,
  ]
}
