import { bodyBroken, bodyTooSlow, noFile, notUtf8 } from '../../domain/body-failures.ts'
import { failure, tooLarge } from '../../domain/failures.ts'
import { type Keyword, keywordsOf, wordIllegal } from '../../domain/keywords/word.ts'
import { MiB } from '../../domain/limits/limit.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { action, write } from '../operation.ts'
import { counted, List, listMissing, lockedList, shown, tooManyWords } from './schemas.ts'

const [mostBytes, mostWords] = [limits.keywordFileBytes.value, limits.keywords.value]

const fileTooLarge = failure(tooLarge.word, tooLarge.text, {
  en: `the file is over ${mostBytes / MiB} MiB`,
  zh: `文件超过 ${mostBytes / MiB} MiB`,
})

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > mostBytes) throw fileTooLarge()
    parts.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
  } catch {
    throw notUtf8()
  }
}

/** Lines that hold something. Fails with `tooManyWords` before they are looked at. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '')
  if (lines.length > mostWords)
    throw tooManyWords({ words: mostWords, characters: limits.keywordCharacters.value })
  return lines
}

/** Replaces the words of a list; words that stay do not lose their hits. */
export const replaceKeywords = write({
  id: 'replaceKeywords',
  allowed: appOnly,
  auditedAs: () => 'uploadKeywords',

  async run(transaction, { id, keywords }: { id: string; keywords: Keyword[] }) {
    const { app, store, emit } = transaction
    await lockedList(transaction, id)
    await store.keywords.retainKeywords(
      app.id,
      id,
      keywords.map(({ word }) => word),
    )
    await store.keywords.addKeywords(app.id, id, keywords)
    const list = await counted(transaction, id)
    emit({ type: 'keywords.changed', list: id, change: 'replaced', words: list.words })
    return shown(list)
  },
})

export const uploadKeywords = action({
  id: 'uploadKeywords',
  routes: ['PUT /moderation/keyword_lists/:list_id/words'],
  tag: 'moderation',
  summary: {
    en: 'Replace all words of a keyword list by those of a file',
    zh: '上传文件替换列表中的全部关键词',
  },
  description: {
    en: 'A text in UTF-8, one word a line; empty lines are skipped. All of it is taken, or nothing.',
    zh: 'UTF-8 文本，每行一个词，忽略空行。全部生效或全部不生效。',
  },
  allowed: appOnly,
  upload: true,
  response: { ownPath: true, data: List },
  failures: [noFile, bodyBroken, bodyTooSlow, fileTooLarge, notUtf8, listMissing, wordIllegal, tooManyWords],
  input: ({ params, client }) => ({ id: params.list_id, client }),

  async run({ app, caller, services }, { id, client }) {
    const text = await client.receiveFile((chunks) => textOf(chunks))
    return services.commit(app.id, caller, replaceKeywords, { id, keywords: keywordsOf(linesOf(text)) })
  },
})
