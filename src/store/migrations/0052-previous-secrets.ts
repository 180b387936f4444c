/**
 * The secret before the last one, while it is good beside it (JSON). In a table of its own: a node of the version before reads
 * all columns of `apps`, and PostgreSQL refuses its prepared statements once there is one more.
 */
export const previousSecrets = (): string[] => [
  `create table previous_secrets (
    app integer primary key,
    previous text not null
  )`,
]
