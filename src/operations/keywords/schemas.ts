import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { keywordActions } from '../../domain/keywords/automaton.ts'
import { limits } from '../../domain/limits.ts'
import type { KeywordListRow } from '../../store/keywords.ts'
import type { Transaction } from '../operation.ts'
import { bounds, exactly, milliseconds, says } from '../schemas.ts'

const longestName = limits.keywordListName.value

export const listMissing = failure('resource_not_found', 'keyword list {list_id} does not exist!', {
  en: 'the app has no keyword list with this id',
  zh: '应用没有该 ID 的关键词列表',
})

export const badAction = failure('illegal_argument', `action must be one of ${keywordActions.join(', ')}`, {
  en: '`action` is another word',
  zh: '`action` 不是可选值之一',
})

export const badName = failure('illegal_argument', `name must hold 1 to ${longestName} characters`, {
  en: `the name is empty or longer than ${longestName} characters`,
  zh: `名称为空或超过 ${longestName} 个字符`,
})

export const nameTaken = failure('illegal_argument', 'a keyword list named {name} already exists!', {
  en: 'another list has this name',
  zh: '名称已被其他列表使用',
})

export const tooManyWords = failure(
  'exceed_limit',
  'a keyword list holds at most {words} words, and all lists of the app {characters} characters',
  {
    en: 'the list, or the app, would hold too many words',
    zh: '列表词数或应用关键词总字符数超限',
    lift: { en: 'remove words first', zh: '先删除部分词', calls: ['removeKeywords', 'deleteKeywordList'] },
  },
)

export const ListName = t.String({
  ...says(`At most ${longestName} characters.`, `最多 ${longestName} 个字符。`),
  examples: ['adverts'],
  ...bounds({ minLength: 1, maxLength: longestName }),
})

export const Action = t.String({
  ...says(
    '`refuse`: the message is refused. `replace`: each word becomes `***`. `report`: the message passes and is in the queue of reports. Each emits the event `message.moderated`.',
    '`refuse`：拒绝发送；`replace`：关键词替换为 `***`；`report`：放行并进入举报列表。三者均产生事件 `message.moderated`。',
  ),
  examples: ['refuse'],
  ...bounds({ enum: keywordActions }),
})

export const Words = t.Array(t.String(), {
  ...says(
    'Words: `*` stands for any number of characters, `?` for one.',
    '关键词：`*` 匹配任意多个字符，`?` 匹配一个字符。',
  ),
  examples: [['casino', '加*微信']],
  ...bounds({ minItems: 1, maxItems: limits.keywordsAdded.value }),
})

const ListId = t.String({ ...says('Id of the list.', '列表 ID。'), examples: ['248710559375361'] })

export const List = exactly({
  id: ListId,
  name: ListName,
  action: Action,
  words: t.Integer({ ...says('Words in it.', '词数。'), examples: [2] }),
  hits: t.Integer({
    ...says('Messages that held one of its words, up to some seconds ago.', '命中的消息数，有数秒延迟。'),
    examples: [17],
  }),
  created: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
})

/** A list as the response has it. */
export const shown = ({ characters: _, createdMs, ...list }: KeywordListRow) => ({
  ...list,
  created: createdMs,
})

/** Finds a list, and locks the lists of its app until the transaction ends. */
export async function lockedList({ app, store }: Transaction, id: string): Promise<KeywordListRow> {
  await store.keywords.lockKeywords(app.id)
  const list = await store.keywords.keywordList(app.id, id)
  if (!list) throw listMissing({ list_id: id })
  return list
}

/** Counts the words of a changed list. Fails with `tooManyWords` where they are too many. */
export async function counted({ app, store }: Transaction, id: string): Promise<KeywordListRow> {
  const [words, characters] = [limits.keywords.value, limits.keywordCharacters.value]
  const list = await store.keywords.countKeywords(app.id, id)
  if (!list) throw listMissing({ list_id: id })
  const all = await store.keywords.keywordLists(app.id)
  if (list.words > words || all.reduce((sum, each) => sum + each.characters, 0) > characters)
    throw tooManyWords({ words, characters })
  return list
}
