/** Commands of operators that changed something: when (Unix ms), which, about what, and whose they were. */
export const operatorCommands = (): string[] => [
  `create table operator_commands (
    at bigint not null,
    command text not null,
    subject text not null,
    actor text not null
  )`,
  'create index operator_commands_by_time on operator_commands (at)',
]
