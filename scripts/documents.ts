/** The documents that come from the code: settings, errors, the API description. */
import { readFileSync } from 'node:fs'
import pino from 'pino'
import { appSettings } from '../src/apps/settings.ts'
import { settings } from '../src/config.ts'
import type { Deps } from '../src/http/deps.ts'
import { describeApi, type Route } from '../src/http/openapi.ts'
import { httpServer } from '../src/http/server.ts'
import { metrics } from '../src/metrics.ts'
import { type Permitted, permissions, refusal, rightOf, roles } from '../src/permissions.ts'
import { limitsPages } from './limits-page.ts'

type Language = 'en' | 'zh'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

function serverSettings(language: Language): string {
  const head = {
    en: ['environment', 'file', 'default', 'meaning'],
    zh: ['环境变量', '配置文件', '默认值', '说明'],
  }[language]
  const rows = Object.entries(settings).map(([name, { env, default: text, meaning, chinese }]) => [
    code(env),
    code(name),
    code(text),
    language === 'en' ? meaning : chinese,
  ])
  return table(head, rows)
}

function settingsOfApps(language: Language): string {
  const head = { en: ['setting', 'default', 'meaning'], zh: ['设置项', '默认值', '说明'] }[language]
  const rows = Object.entries(appSettings).map(([name, { default: text, meaning, chinese }]) => [
    code(name),
    code(text),
    language === 'en' ? meaning : chinese,
  ])
  return table(head, rows)
}

const settingsPages = {
  en: () => `# Settings

[简体中文](settings.zh-CN.md) · Written by \`npm run generate\`.

## Of the server

A flag (\`--data-dir /var/lib/chatroomd\`) wins over the environment, that over \`chatroomd.toml\` in the working directory,
that over the default.

${serverSettings('en')}

## Of an app

\`chatroomd app set 'org#app' rooms=100 dialect=sdk\` changes them, at once and for good; \`rooms=none\` lifts a quota.

${settingsOfApps('en')}
`,
  zh: () => `# 设置

[English](settings.md) · 由 \`npm run generate\` 生成。

## 服务设置

优先级：命令行参数（\`--data-dir /var/lib/chatroomd\`）> 环境变量 > 工作目录下的 \`chatroomd.toml\` > 默认值。

${serverSettings('zh')}

## 应用设置

用 \`chatroomd app set 'org#app' rooms=100 dialect=sdk\` 修改，立即生效并永久保存；\`rooms=none\` 表示不限。

${settingsOfApps('zh')}
`,
}

interface Description {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Response> }>>
}

interface Response {
  content: Record<string, { examples?: Record<string, Example> }>
}

interface Example {
  summary: string
  value: { error: string; error_description: string }
}

const describe = (): Description =>
  describeApi(
    httpServer({ metrics: metrics(), pages: { apart: false, token: '' } } as Deps, pino({ level: 'silent' }))
      .routes as readonly Route[],
  ) as Description

function errorsPage(): string {
  const calls = new Map<string, Set<string>>()
  const operations = Object.values(describe().paths).flatMap((methods) => Object.values(methods))
  for (const { operationId, responses } of operations) {
    for (const [status, { content }] of Object.entries(responses)) {
      for (const { summary, value } of Object.values(content['application/json']?.examples ?? {})) {
        const row = JSON.stringify([status, value.error, value.error_description, summary])
        calls.set(row, (calls.get(row) ?? new Set()).add(operationId))
      }
    }
  }
  const rows = [...calls].map(([row, names]) => {
    const [status = '', error = '', text = '', when = ''] = JSON.parse(row) as string[]
    const where = names.size > 10 ? `${names.size} calls` : [...names].map(code).join(' ')
    return [status, code(error), code(text), when, where]
  })
  rows.sort((a, b) => `${a[0]} ${a[1]} ${a[2]}`.localeCompare(`${b[0]} ${b[1]} ${b[2]}`, 'en'))
  return `# Errors

Written by \`npm run generate\`. Every failure that a call can answer: its status, \`error\` and \`error_description\`, where
\`{names}\` stand for what varies. The texts are part of the API.

${table(['status', '`error`', '`error_description`', 'when', 'calls'], rows)}
`
}

const rights = {
  en: { yes: 'yes', no: '–', own: 'own' },
  zh: { yes: '可', no: '–', own: '仅本人' },
}

/** The table of permissions, operation by operation. */
function permissionsTable(language: Language): string {
  const head = {
    en: [
      'operation',
      'call',
      'app token',
      'super admin',
      'owner',
      'admin',
      'member',
      'other user',
      'refusal',
    ],
    zh: ['操作', '调用', 'App Token', '超级管理员', '所有者', '管理员', '成员', '其他用户', '拒绝时返回'],
  }[language]
  const calls = new Map(
    Object.entries(describe().paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [
        operationId,
        `${method.toUpperCase()} ${path.replace('/{org_name}/{app_name}', '')}`,
      ]),
    ),
  )
  // The reference gives a change and a transfer the same call.
  calls.set('transferRoom', calls.get('changeRoom') ?? '')
  const rows = (Object.keys(permissions) as Permitted[]).map((operation) => {
    const { status, word, text } = refusal(operation)
    return [
      code(operation),
      code(calls.get(operation) ?? ''),
      ...roles.map((role) => rights[language][rightOf(operation, role)]),
      `${status} ${code(word)} ${code(text)}`,
    ]
  })
  return table(head, rows)
}

const permissionsPages = {
  en: () => `# Who may do what

[简体中文](permissions.zh-CN.md) · Written by \`npm run generate\` from \`src/permissions.ts\`; a test calls every cell over HTTP.

Calls are relative to \`/{org_name}/{app_name}\`. *own*: only where the user that the call is about is the caller. A super
admin has the rights of its role in the room, too. Besides: an admin cannot remove, block, mute or unmute the owner or
another admin; whoever is not in a room sees its details without its members.

${permissionsTable('en')}
`,
  zh: () => `# 权限

[English](permissions.md) · 由 \`npm run generate\` 根据 \`src/permissions.ts\` 生成；测试会通过 HTTP 验证表中每一格。

路径均相对于 \`/{org_name}/{app_name}\`。“仅本人”：仅当调用所涉及的用户就是调用者本人时允许。超级管理员同时拥有其在聊天室内角色的权限。
此外：管理员不能移出、拉黑、禁言或解除禁言所有者及其他管理员；不在聊天室内的用户查看详情时看不到成员。

${permissionsTable('zh')}
`,
}

/** A README with the settings between its two marks. */
function readme(path: string, language: Language): string {
  const marked = /(<!-- settings -->\n).*(<!-- \/settings -->)/s
  return readFileSync(path, 'utf8').replace(marked, `$1\n${serverSettings(language)}\n\n$2`)
}

/** Every generated document, and what makes its text. */
export const documents: Record<string, () => string> = {
  'docs/openapi.json': () => `${JSON.stringify(describe(), null, 1)}\n`,
  'docs/settings.md': settingsPages.en,
  'docs/settings.zh-CN.md': settingsPages.zh,
  'docs/errors.md': errorsPage,
  'docs/permissions.md': permissionsPages.en,
  'docs/permissions.zh-CN.md': permissionsPages.zh,
  'docs/limits.md': limitsPages.en,
  'docs/limits.zh-CN.md': limitsPages.zh,
  'README.md': () => readme('README.md', 'en'),
  'README.zh-CN.md': () => readme('README.zh-CN.md', 'zh'),
}
