import type { Database } from '../database.ts'

/** Lists of keywords, and their words. */
export const keywords = ({ dialect }: Pick<Database, 'dialect'>): string[] => {
  const sqlite = dialect === 'sqlite'
  const text = sqlite ? 'text' : 'text collate "C"'
  const keyed = sqlite ? 'without rowid' : ''
  return [
    // `words`, `characters`: how many there are; `version` counts changes, `hits` messages.
    `create table keyword_lists (
      app integer not null,
      id ${text} not null,
      name ${text} not null,
      action ${text} not null,
      words integer not null,
      characters integer not null,
      version bigint not null,
      hits bigint not null,
      created bigint not null,
      primary key (app, id)
    ) ${keyed}`,
    `create unique index keyword_lists_by_name on keyword_lists (app, name)`,
    // `word` is folded: what makes two words the same; `text` is as it was given.
    `create table keywords (
      app integer not null,
      list ${text} not null,
      word ${text} not null,
      anchor ${text} not null,
      text ${text} not null,
      hits bigint not null,
      primary key (app, list, word)
    ) ${keyed}`,
    `create index keywords_by_anchor on keywords (app, anchor, list, word)`,
  ]
}
