import type { KeywordAction } from '../domain/keywords/automaton.ts'
import type { StoredKeyword } from '../domain/keywords/matcher.ts'
import type { Keyword } from '../domain/keywords/word.ts'
import { lockOfApp } from './app-locks.ts'
import { type Database, each, isOneOf } from './database.ts'

/** A list of keywords. */
export interface KeywordListRow {
  id: string
  name: string
  action: KeywordAction
  /** Words in it, and characters of all of them. */
  words: number
  characters: number
  /** Messages that held one of its words. */
  hits: number
  /** Unix ms. */
  createdMs: number
}

/** A word as a list shows it. */
interface ListedKeyword {
  word: string
  text: string
  hits: number
}

/** The cursor of a reader of all words of an app. */
export type KeywordPlace = Pick<StoredKeyword, 'anchor' | 'list' | 'word'>

export interface KeywordReads {
  keywordLists(app: number): Promise<KeywordListRow[]>
  keywordList(app: number, id: string): Promise<KeywordListRow | undefined>
  /** Of each app that has lists: a text that differs whenever they were changed. */
  keywordVersions(): Promise<{ app: number; version: string }[]>
  /** At most `limit` words of a list, in their order, after a word. */
  keywordsOf(app: number, list: string, limit: number, after: string): Promise<ListedKeyword[]>
  /** At most `limit` words of all lists of an app, sorted by anchor, after a cursor. */
  allKeywords(app: number, limit: number, after?: KeywordPlace): Promise<StoredKeyword[]>
}

export interface KeywordStore extends KeywordReads {
  /** Holds the lists of an app still until the transaction ends. */
  lockKeywords(app: number): Promise<void>
  addKeywordList(
    app: number,
    list: Pick<KeywordListRow, 'id' | 'name' | 'action' | 'createdMs'>,
  ): Promise<void>
  changeKeywordList(app: number, list: Pick<KeywordListRow, 'id' | 'name' | 'action'>): Promise<void>
  removeKeywordList(app: number, id: string): Promise<void>
  /** Adds words; those that are there stay as they are. */
  addKeywords(app: number, list: string, keywords: Keyword[]): Promise<void>
  removeKeywords(app: number, list: string, words: string[]): Promise<void>
  /** Removes all words of a list but these. */
  retainKeywords(app: number, list: string, words: string[]): Promise<void>
  /** Counts the words of a list again, after a change of them; returns the list. */
  countKeywords(app: number, list: string): Promise<KeywordListRow | undefined>
  /** Counts messages that held words. */
  countHits(app: number, hits: { list: string; word: string; times: number }[]): Promise<void>
}

const columns = 'id, name, action, words, characters, hits, created as "createdMs"'

function reads(db: Database): KeywordReads {
  return {
    keywordLists: async (app) =>
      db.all<KeywordListRow>(`select ${columns} from keyword_lists where app = ?1 order by id`, app),

    keywordList: async (app, id) =>
      db.get<KeywordListRow>(`select ${columns} from keyword_lists where app = ?1 and id = ?2`, app, id),

    keywordVersions: async () =>
      db.all<{ app: number; version: string }>(
        `select app, count(*) || ' ' || sum(version) || ' ' || max(id) as version
         from keyword_lists group by app order by app`,
      ),

    keywordsOf: async (app, list, limit, after) =>
      db.all<ListedKeyword>(
        `select word, text, hits from keywords where app = ?1 and list = ?2 and word > ?3 order by word limit ?4`,
        app,
        list,
        after,
        limit,
      ),

    async allKeywords(app, limit, { anchor, list, word } = { anchor: '', list: '', word: '' }) {
      return db.all<StoredKeyword>(
        `select list, word, anchor from keywords
         where app = ?1 and (anchor, list, word) > (?2, ?3, ?4) order by anchor, list, word limit ?5`,
        app,
        anchor,
        list,
        word,
        limit,
      )
    },
  }
}

/** Reads and writes the tables `keyword_lists` and `keywords`. */
export function keywordStore(db: Database): KeywordStore {
  const own = reads(db)
  return {
    ...own,

    // Changes of one app's lists wait for each other, so that ceilings hold.
    lockKeywords: (app) => lockOfApp(db, 'keywords', app),

    async addKeywordList(app, { id, name, action, createdMs }) {
      await db.run(
        `insert into keyword_lists (app, id, name, action, words, characters, version, hits, created)
         values (?1, ?2, ?3, ?4, 0, 0, 1, 0, ?5)`,
        app,
        id,
        name,
        action,
        createdMs,
      )
    },

    async changeKeywordList(app, { id, name, action }) {
      await db.run(
        `update keyword_lists set name = ?3, action = ?4, version = version + 1 where app = ?1 and id = ?2`,
        app,
        id,
        name,
        action,
      )
    },

    async removeKeywordList(app, id) {
      await db.run(`delete from keywords where app = ?1 and list = ?2`, app, id)
      await db.run(`delete from keyword_lists where app = ?1 and id = ?2`, app, id)
    },

    async addKeywords(app, list, keywords) {
      const rows =
        db.dialect === 'sqlite'
          ? `select ?1, ?2, value ->> 'word', value ->> 'anchor', value ->> 'text', 0 from json_each(?3) where true`
          : `select ?1, ?2, word, anchor, text, 0
             from json_to_recordset(?3::text::json) as k(word text, anchor text, text text)`
      await db.run(
        `insert into keywords (app, list, word, anchor, text, hits) ${rows} on conflict do nothing`,
        app,
        list,
        JSON.stringify(keywords),
      )
    },

    async removeKeywords(app, list, words) {
      await db.run(
        `delete from keywords where app = ?1 and list = ?2 and ${isOneOf(db, 'word', 3)}`,
        app,
        list,
        JSON.stringify(words),
      )
    },

    async retainKeywords(app, list, words) {
      await db.run(
        `delete from keywords where app = ?1 and list = ?2 and word not in (select value from ${each(db, 3)} as kept)`,
        app,
        list,
        JSON.stringify(words),
      )
    },

    async countKeywords(app, list) {
      await db.run(
        `update keyword_lists set version = version + 1,
           words = (select count(*) from keywords where app = ?1 and list = ?2),
           characters = (select coalesce(sum(length(word)), 0) from keywords where app = ?1 and list = ?2)
         where app = ?1 and id = ?2`,
        app,
        list,
      )
      return own.keywordList(app, list)
    },

    async countHits(app, hits) {
      // In one order, so that nodes that count at the same time do not wait for each other in a circle.
      const rows =
        db.dialect === 'sqlite'
          ? `(select value ->> 'list' as list, value ->> 'word' as word, value ->> 'times' as times from json_each(?2))`
          : `json_to_recordset(?2::text::json) as h(list text, word text, times bigint)`
      await db.run(
        `update keywords set hits = hits + h.times from ${db.dialect === 'sqlite' ? `${rows} as h` : rows}
         where app = ?1 and keywords.list = h.list and keywords.word = h.word`,
        app,
        JSON.stringify(hits),
      )
      const times = new Map<string, number>()
      for (const hit of hits) times.set(hit.list, (times.get(hit.list) ?? 0) + hit.times)
      for (const [list, count] of [...times].sort())
        await db.run(`update keyword_lists set hits = hits + ?3 where app = ?1 and id = ?2`, app, list, count)
    },
  }
}
