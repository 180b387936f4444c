import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { check } from '../../domain/keywords/check.ts'
import { limits } from '../../domain/limits.ts'
import { messageTooLarge } from '../../domain/message-failures.ts'
import { appOnly } from '../allowed.ts'
import type { BodyWords } from '../body-words.ts'
import { action } from '../operation.ts'
import { exactly, loosely, milliseconds, says } from '../schemas.ts'

const notOpen = failure(
  'Bad Request',
  'text moderation not open',
  {
    en: 'the app has no keywords',
    zh: '应用没有关键词',
    lift: {
      en: 'make a keyword list with words',
      zh: '创建关键词列表并添加词',
      calls: ['createKeywordList', 'addKeywords'],
    },
  },
  400,
  4_000_404,
)

const contentEmpty = failure(
  'Bad Request',
  'message content is empty or null',
  { en: '`content` is missing, empty or no text', zh: '`content` 缺失、为空或不是字符串' },
  400,
  4_000_005,
)

const words: BodyWords = {
  missing: contentEmpty,
  wrongType: contentEmpty,
  notObject: contentEmpty,
  notJson: contentEmpty,
  emptyIsMissing: true,
}

const types = { report: 'REVIEWED', replace: 'REVIEWED', refuse: 'REJECT' } as const

/** Holds a text against the keyword lists of the app, as messages of clients are [moderation]. */
export const checkText = action({
  id: 'checkText',
  routes: ['POST /moderation/txt/check'],
  tag: 'moderation',
  summary: { en: 'Check a text', zh: '文本审核' },
  description: {
    en: 'By the keyword lists of the app: `REJECT` where a message would be refused, `REVIEWED` where it would pass with words replaced or reported, else `PASS`.',
    zh: '按应用的关键词列表检查：会被拒绝时为 `REJECT`，替换或上报时为 `REVIEWED`，否则为 `PASS`。',
  },
  allowed: appOnly,
  body: loosely({ content: t.String({ minLength: 1, examples: ['hello'] }) }),
  bodyWords: words,
  response: exactly({
    code: t.Literal(200),
    data: exactly({
      type: t.Union([t.Literal('PASS'), t.Literal('REVIEWED'), t.Literal('REJECT')]),
      riskType: t.String({
        ...says('`keyword`; empty for `PASS`.', '`keyword`；`PASS` 时为空。'),
        examples: ['keyword'],
      }),
      riskLabel: t.String({
        ...says(
          'Id of the first list that a word is in; empty for `PASS`.',
          '首个命中的列表 ID；`PASS` 时为空。',
        ),
        examples: ['248710559375361'],
      }),
      exchangeText: t.String({
        ...says('The text with words replaced; empty where none is.', '替换后的文本；无替换时为空。'),
        examples: [''],
      }),
      sensitiveWords: t.Array(t.String(), { examples: [['casino']] }),
    }),
    meta: exactly({
      timestamp: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
      requestId: t.String({ ...says('Always empty.', '固定为空。'), examples: [''] }),
    }),
  }),
  failures: [notOpen, contentEmpty, messageTooLarge],
  input({ body: { content } }) {
    if (Buffer.byteLength(content) > limits.messageBytes.value) throw messageTooLarge()
    return { content }
  },

  run({ app, services, now }, { content }) {
    const matcher = services.keywordsOf(app.id)
    if (!matcher) throw notOpen()
    const found = check(matcher, content)
    return {
      code: 200,
      data: {
        type: found ? types[found.action] : 'PASS',
        riskType: found ? 'keyword' : '',
        riskLabel: found?.hits[0]?.list.id ?? '',
        exchangeText: found?.action === 'replace' ? found.text : '',
        sensitiveWords: [...new Set(found?.hits.map(({ word }) => word))],
      },
      meta: { timestamp: now, requestId: '' },
    }
  },
})
