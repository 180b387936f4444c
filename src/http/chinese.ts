import { chinesePatterns, chineseTexts } from './chinese-texts.ts'

/** An explanation in Chinese; one that has none yet stays English. */
export function say(text: string): string {
  const known = chineseTexts[text]
  if (known !== undefined) return known
  for (const [pattern, chinese] of chinesePatterns)
    if (pattern.test(text)) return text.replace(pattern, chinese)
  return text
}

/** A table of failures: its last column says when. */
const sayTable = (table: string): string =>
  table.replace(/\| ([^|]*) \|$/gm, (row, cell: string) => (/^-+$/.test(cell) ? row : `| ${say(cell)} |`))

function translated(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (key !== 'summary' && key !== 'description' && key !== 'tags') return value
    return value.startsWith('| `error`') ? sayTable(value) : say(value)
  }
  if (Array.isArray(value)) return value.map((each) => translated(each, key === 'tags' ? key : ''))
  if (value === null || typeof value !== 'object') return value
  const fields = Object.entries(value).map(([name, field]) => {
    const sample = name === 'example' || name === 'examples' || name === 'value'
    if (sample && key !== 'responses') return [name, name === 'examples' ? translatedSummaries(field) : field]
    return [name, translated(field, name === 'name' && key === 'tags' ? 'tags' : name)]
  })
  return Object.fromEntries(fields)
}

/** Examples: what they stand for, not what they are. */
const translatedSummaries = (examples: unknown): unknown =>
  Array.isArray(examples)
    ? examples
    : Object.fromEntries(
        Object.entries(examples as Record<string, { summary?: string }>).map(([name, each]) => [
          name,
          each.summary === undefined ? each : { ...each, summary: say(each.summary) },
        ]),
      )

/** The API description with its explanations in Chinese; what has none yet stays English. Texts of the wire stay as they are. */
export const inChinese = (description: object): object => translated(description) as object
