import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { type Keyword, keywordsOf, wordIllegal } from '../../domain/keywords/word.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { read, write } from '../operation.ts'
import { badLimit, cursorParameter, limitOf, limitParameter } from '../parameters.ts'
import { exactly, says } from '../schemas.ts'
import { counted, List, listMissing, lockedList, shown, tooManyWords, Words } from './schemas.ts'

const mostAtOnce = limits.keywordsAdded.value
const page = { default: 100, most: limits.keywordsPage.value }

const tooManyAtOnce = failure('illegal_argument', `words must hold 1 to ${mostAtOnce} words`, {
  en: `there is no word, or more than ${mostAtOnce}`,
  zh: `没有词或超过 ${mostAtOnce} 个`,
})

/** Words of a body, which are few. */
function fewOf(words: string[]): Keyword[] {
  if (words.length === 0 || words.length > mostAtOnce) throw tooManyAtOnce()
  return keywordsOf(words)
}

const shared = { tag: 'moderation', allowed: appOnly } as const

export const listKeywords = read({
  ...shared,
  id: 'listKeywords',
  routes: ['GET /moderation/keyword_lists/:list_id/words'],
  summary: { en: 'List the words of a keyword list', zh: '获取关键词列表中的词' },
  parameters: [limitParameter(page), cursorParameter],
  response: {
    ownPath: true,
    data: t.Array(
      exactly({
        word: t.String({ examples: ['casino'] }),
        hits: t.Integer({ ...says('Messages that held it.', '命中的消息数。'), examples: [17] }),
      }),
    ),
    count: true,
    cursor: true,
    params: true,
  },
  failures: [listMissing, badLimit, badCursor],
  input: ({ app, params, query }) => ({
    id: params.list_id,
    limit: limitOf(query, page),
    after: openCursor(app, `keywords:${params.list_id}`, query.get('cursor')) ?? '',
  }),

  async run({ app, store }, { id, limit, after }) {
    if (!(await store.keywords.keywordList(app.id, id))) throw listMissing({ list_id: id })
    return store.keywords.keywordsOf(app.id, id, limit + 1, after)
  },

  reply(found, { id, limit }, { app }) {
    const rows = found.slice(0, limit)
    const last = rows.at(-1)
    const data = rows.map(({ text, hits }) => ({ word: text, hits }))
    const cursor = found.length > limit && last ? sealCursor(app, `keywords:${id}`, last.word) : undefined
    return { data, count: data.length, cursor }
  },
})

const changed = { ownPath: true, data: List } as const

export const addKeywords = write({
  ...shared,
  id: 'addKeywords',
  routes: ['POST /moderation/keyword_lists/:list_id/words'],
  summary: { en: `Add up to ${mostAtOnce} words`, zh: `添加关键词，最多 ${mostAtOnce} 个` },
  description: {
    en: 'Case and width do not matter: `ＡＢＣ` is the same word as `abc`, which stays if it is there already.',
    zh: '不区分大小写和全角半角：`ＡＢＣ` 与 `abc` 是同一个词，已存在的词保持不变。',
  },
  body: exactly({ words: Words }),
  response: changed,
  failures: [listMissing, tooManyAtOnce, wordIllegal, tooManyWords],
  input: ({ params, body }) => ({ id: params.list_id, keywords: fewOf(body.words) }),

  async run(transaction, { id, keywords }) {
    const { app, store, emit } = transaction
    const before = await lockedList(transaction, id)
    await store.keywords.addKeywords(app.id, id, keywords)
    const list = await counted(transaction, id)
    emit({ type: 'keywords.changed', list: id, change: 'added', words: list.words - before.words })
    return shown(list)
  },
})

export const removeKeywords = write({
  ...shared,
  id: 'removeKeywords',
  routes: ['DELETE /moderation/keyword_lists/:list_id/words'],
  summary: { en: `Remove up to ${mostAtOnce} words`, zh: `删除关键词，最多 ${mostAtOnce} 个` },
  description: { en: 'Words that are not there are a success.', zh: '不存在的词视为成功。' },
  body: exactly({ words: Words }),
  response: changed,
  failures: [listMissing, tooManyAtOnce, wordIllegal],
  input: ({ params, body }) => ({ id: params.list_id, words: fewOf(body.words).map(({ word }) => word) }),

  async run(transaction, { id, words }) {
    const { app, store, emit } = transaction
    const before = await lockedList(transaction, id)
    await store.keywords.removeKeywords(app.id, id, words)
    const list = await counted(transaction, id)
    emit({ type: 'keywords.changed', list: id, change: 'removed', words: before.words - list.words })
    return shown(list)
  },
})
