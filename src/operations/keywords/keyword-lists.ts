import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { type KeywordAction, keywordActions } from '../../domain/keywords/automaton.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { read, type Transaction, write } from '../operation.ts'
import { exactly } from '../schemas.ts'
import {
  Action,
  badAction,
  badName,
  List,
  ListName,
  listMissing,
  lockedList,
  nameTaken,
  shown,
} from './schemas.ts'

const mostLists = limits.keywordLists.value
const longestName = limits.keywordListName.value

const tooManyLists = failure('exceed_limit', `an app has at most ${mostLists} keyword lists`, {
  en: `there are ${mostLists} lists already`,
  zh: `列表数已达 ${mostLists} 个`,
  lift: { en: 'delete a keyword list first', zh: '先删除一个关键词列表', calls: ['deleteKeywordList'] },
})

const nothingToChange = failure('illegal_argument', 'name or action must be provided', {
  en: 'the body names nothing to change',
  zh: '请求体没有要修改的字段',
})

function checkName(name: string): string {
  if (name.trim() === '' || [...name].length > longestName) throw badName()
  return name
}

function checkAction(action: string): KeywordAction {
  const known = keywordActions.find((each) => each === action)
  if (!known) throw badAction()
  return known
}

async function checkNotTaken({ app, store }: Transaction, name: string, but?: string): Promise<void> {
  for (const list of await store.keywords.keywordLists(app.id))
    if (list.name === name && list.id !== but) throw nameTaken({ name })
}

const shared = { tag: 'moderation', allowed: appOnly } as const

export const createKeywordList = write({
  ...shared,
  id: 'createKeywordList',
  routes: ['POST /moderation/keyword_lists'],
  summary: { en: 'Create a keyword list', zh: '创建关键词列表' },
  description: {
    en: `At most ${mostLists}. Messages that clients send are held against all lists of the app within seconds; those of the app's server are not.`,
    zh: `最多 ${mostLists} 个。客户端发送的消息数秒内即按应用的全部列表检查；服务端发送的消息不检查。`,
  },
  body: exactly({ name: ListName, action: Action }),
  response: { ownPath: true, data: List },
  failures: [badName, badAction, nameTaken, tooManyLists],
  input: ({ body }) => ({ name: checkName(body.name), action: checkAction(body.action) }),

  async run(transaction, { name, action }) {
    const { app, store, now, emit } = transaction
    await store.keywords.lockKeywords(app.id)
    await checkNotTaken(transaction, name)
    if ((await store.keywords.keywordLists(app.id)).length >= mostLists) throw tooManyLists()
    const list = { id: await store.newId(), name, action, createdMs: now }
    await store.keywords.addKeywordList(app.id, list)
    emit({ type: 'keywords.changed', list: list.id, change: 'created' })
    return shown({ ...list, words: 0, characters: 0, hits: 0 })
  },
})

export const listKeywordLists = read({
  ...shared,
  id: 'listKeywordLists',
  routes: ['GET /moderation/keyword_lists'],
  summary: { en: 'List the keyword lists', zh: '获取关键词列表' },
  response: { ownPath: true, data: t.Array(List), count: true },
  failures: [],
  input: () => ({}),
  run: ({ app, store }) => store.keywords.keywordLists(app.id),
  reply: (lists) => ({ data: lists.map(shown), count: lists.length }),
})

export const getKeywordList = read({
  ...shared,
  id: 'getKeywordList',
  routes: ['GET /moderation/keyword_lists/:list_id'],
  summary: { en: 'Get a keyword list', zh: '获取单个关键词列表' },
  response: { ownPath: true, data: List },
  failures: [listMissing],
  input: ({ params }) => ({ id: params.list_id }),

  async run({ app, store }, { id }) {
    const list = await store.keywords.keywordList(app.id, id)
    if (!list) throw listMissing({ list_id: id })
    return shown(list)
  },
})

export const changeKeywordList = write({
  ...shared,
  id: 'changeKeywordList',
  routes: ['PUT /moderation/keyword_lists/:list_id'],
  summary: { en: 'Change name or action of a keyword list', zh: '修改关键词列表的名称或处理方式' },
  body: exactly({ name: t.Optional(ListName), action: t.Optional(Action) }),
  response: { ownPath: true, data: List },
  failures: [listMissing, nothingToChange, badName, badAction, nameTaken],
  input({ params, body: { name, action } }) {
    if (name === undefined && action === undefined) throw nothingToChange()
    return {
      id: params.list_id,
      ...(name === undefined ? {} : { name: checkName(name) }),
      ...(action === undefined ? {} : { action: checkAction(action) }),
    }
  },

  async run(transaction, { id, ...change }: { id: string; name?: string; action?: KeywordAction }) {
    const { app, store, emit } = transaction
    const list = { ...(await lockedList(transaction, id)), ...change }
    await checkNotTaken(transaction, list.name, id)
    await store.keywords.changeKeywordList(app.id, list)
    emit({ type: 'keywords.changed', list: id, change: 'changed' })
    return shown(list)
  },
})

export const deleteKeywordList = write({
  ...shared,
  id: 'deleteKeywordList',
  routes: ['DELETE /moderation/keyword_lists/:list_id'],
  summary: { en: 'Delete a keyword list with its words', zh: '删除关键词列表及其全部词' },
  response: { ownPath: true, data: exactly({ result: t.Literal('ok') }) },
  failures: [listMissing],
  input: ({ params }) => ({ id: params.list_id }),

  async run(transaction, { id }) {
    const { app, store, emit } = transaction
    const { words } = await lockedList(transaction, id)
    await store.keywords.removeKeywordList(app.id, id)
    emit({ type: 'keywords.changed', list: id, change: 'deleted', words })
    return { result: 'ok' as const }
  },
})
