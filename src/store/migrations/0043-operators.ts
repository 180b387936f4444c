import type { Database } from '../database.ts'

/**
 * Operators of the console; their sessions by the hash of the cookie, and the link of the first start by that of its
 * token. Times in Unix ms.
 */
export const operators = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const whole = sqlite ? 'without rowid' : ''
  return [
    `create table operators (
      name ${text} not null primary key,
      role ${text} not null,
      password_hash text not null,
      created bigint not null
    ) ${whole}`,
    `create table operator_sessions (
      hash ${text} not null primary key,
      name ${text} not null,
      created bigint not null,
      seen bigint not null
    ) ${whole}`,
    'create index operator_sessions_by_name on operator_sessions (name, created)',
    `create table operator_setup (
      place integer not null primary key,
      hash ${text} not null,
      expires bigint not null
    ) ${whole}`,
  ]
}
