/** The page of failures, in both languages. */
import { generalFailures } from '../src/http/unknown-call.ts'
import { describe } from './described.ts'
import { code, type Language, table } from './table.ts'

const words = {
  en: {
    head: ['status', '`error`', '`error_description`', 'when', 'calls'],
    many: (count: number) => `${count} calls`,
    any: 'any path',
  },
  zh: {
    head: ['状态码', '`error`', '`error_description`', '触发条件', '接口'],
    many: (count: number) => `${count} 个接口`,
    any: '任意路径',
  },
}

/** The calls that can fail with each failure. */
function callsByFailure(language: Language): Map<string, Set<string>> {
  const calls = new Map<string, Set<string>>()
  const operations = Object.values(describe(language).paths).flatMap((methods) => Object.values(methods))
  for (const { operationId, responses } of operations) {
    for (const [status, { content }] of Object.entries(responses)) {
      for (const { summary, value } of Object.values(content['application/json']?.examples ?? {})) {
        const row = JSON.stringify([status, value.error, value.error_description, summary])
        calls.set(row, (calls.get(row) ?? new Set()).add(operationId))
      }
    }
  }
  return calls
}

function rowsOf(language: Language): string {
  const { head, many, any } = words[language]
  const rows = [...callsByFailure(language)].map(([row, names]) => {
    const [status = '', error = '', text = '', comes = ''] = JSON.parse(row) as string[]
    const where = names.size > 10 ? many(names.size) : [...names].map(code).join(' ')
    return [status, code(error), code(text), comes, where]
  })
  for (const { status, word, text, when } of generalFailures)
    rows.push([String(status), code(word), code(text), when[language], any])
  rows.sort((a, b) => `${a[0]} ${a[1]} ${a[2]}`.localeCompare(`${b[0]} ${b[1]} ${b[2]}`, 'en'))
  return table(head, rows)
}

export const errorsPages = {
  en: () => `# Errors

[简体中文](errors.zh-CN.md) · Written by \`npm run generate\`.

Every failure that a call can return: its status, \`error\` and \`error_description\`, where \`{names}\` stand for what varies.
The texts are part of the API.

${rowsOf('en')}
`,
  zh: () => `# 错误

[English](errors.md) · 由 \`npm run generate\` 生成。

列出接口可能返回的所有错误：状态码、\`error\` 和 \`error_description\`，其中 \`{名称}\` 代表可变部分。文案是接口的一部分，不会改动。

${rowsOf('zh')}
`,
}
