import { failure } from '../failures.ts'
import { limits } from '../limits.ts'
import { fold } from './fold.ts'

/** `*` and `?` in folded words, which hold no control characters otherwise. */
export const anyRun = '\u0001'
export const anyOne = '\u0002'

const longest = limits.keywordLength.value

export const wordIllegal = failure(
  'illegal_argument',
  `keyword "{word}" must hold 1 to ${longest} characters and one that is no wildcard`,
  {
    en: `a word is empty, longer than ${longest} characters, of wildcards alone, or holds control characters`,
    zh: `关键词为空、超过 ${longest} 个字符、仅含通配符，或含有控制字符`,
  },
)

/** A word of a list. */
export interface Keyword {
  /** As it was given. */
  text: string
  /** Without width and case, wildcards as `anyRun` and `anyOne`: what makes two words the same. */
  word: string
  /** The longest part without wildcards: where a text holds that, the word is looked for. */
  anchor: string
}

/** Reads a word: `*` stands for any number of characters, `?` for one. Fails with `wordIllegal`. */
function keywordOf(given: string): Keyword {
  const text = given.trim()
  const illegal = () => wordIllegal({ word: text.slice(0, longest).toWellFormed() })
  if (text.length > 2 * longest || [...text].length > longest || /\p{Cc}/u.test(text) || !text.isWellFormed())
    throw illegal()
  const word = text
    .replace(/^\*+|\*+$/g, '')
    .split(/(\*+|\?)/)
    .map((part) => (part.startsWith('*') ? anyRun : part === '?' ? anyOne : fold(part)))
    .join('')
  let anchor = ''
  for (const piece of word.split(anyRun))
    for (const part of piece.split(anyOne)) if (part.length > anchor.length) anchor = part
  if (anchor === '') throw illegal()
  return { text, word, anchor }
}

/** Words, each once. Fails with `wordIllegal`. */
export function keywordsOf(given: readonly string[]): Keyword[] {
  const found = new Map<string, Keyword>()
  for (const each of given) {
    const keyword = keywordOf(each)
    if (!found.has(keyword.word)) found.set(keyword.word, keyword)
  }
  return [...found.values()]
}
