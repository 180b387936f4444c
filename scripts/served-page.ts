/** The page of what is and is not served, in both languages. */
import { all } from '../src/operations/index.ts'
import { everythingNotServed } from '../src/operations/not-served/index.ts'
import { tags } from '../src/operations/tags.ts'
import { describe, systemCalls } from './described.ts'
import { code, type Language, table } from './table.ts'

const words = {
  en: { head: ['call', 'does'], notHead: ['feature', 'call', 'answer'] },
  zh: { head: ['接口', '说明'], notHead: ['功能', '接口', '响应'] },
}

const templateOf = (route: string): string => route.replace(/:(\w+)/g, '{$1}')

/** How each call that is not served is refused. */
const refusals = new Map(
  everythingNotServed
    .flatMap(({ operations }) => operations)
    .map(({ id, call }) => [id, call?.failures[0]] as const),
)

/** What a call answers: its refusal, or what its example in the API description says. */
function shownAnswer(id: string, language: Language): string {
  const refusal = refusals.get(id)
  if (refusal) return `${refusal.status} ${code(refusal.word)} ${code(refusal.text)}`
  const operation = Object.values(describe(language).paths)
    .flatMap((methods) => Object.values(methods))
    .find(({ operationId }) => operationId === id)
  const example = operation?.responses['200']?.content['application/json']?.example as Record<string, unknown>
  const { data, result } = example
  return `200 ${code(JSON.stringify(data === undefined ? { result } : { data }))}`
}

function served(language: Language): string {
  const ofTags = Object.entries(tags).flatMap(([tag, { name }]) => {
    if (tag === 'notServed') return []
    const rows = all
      .filter(({ call }) => call?.tag === tag)
      .flatMap(({ call }) =>
        (call?.routes ?? []).map((route) => [code(templateOf(route)), call?.summary[language] ?? '']),
      )
    if (tag === 'operation')
      for (const { path, summary } of systemCalls) rows.push([code(`GET ${path}`), summary?.[language] ?? ''])
    return [`### ${name[language]}\n\n${table(words[language].head, rows)}`]
  })
  return ofTags.join('\n\n')
}

const notServed = (language: Language): string =>
  table(
    words[language].notHead,
    everythingNotServed.flatMap(({ name, operations }) =>
      operations.flatMap(({ id, call }) =>
        (call?.routes ?? []).map((route) => [
          name[language],
          code(templateOf(route)),
          shownAnswer(id, language),
        ]),
      ),
    ),
  )

export const servedPages = {
  en: () => `# What is and is not served

[简体中文](served.zh-CN.md) · Written by \`npm run generate\` from the declarations in \`src/operations\`; a test makes every call.

Paths of apps are below \`/{org_name}/{app_name}\`, or \`/app-id/{app_id}\`. What is on neither list is answered 404.

## Served

Real time for client SDKs is at \`/websocket\` and \`/ws\`: login, chat rooms, messages to them and to single users,
receipts of the latter, and events. Messages to a user who is offline are not kept: the sender is answered \`user is offline\`.

${served('en')}

## Not served

Client SDKs and UI kits ask for these. They are refused in the words that the SDKs know as *not enabled*, or answered with
nothing where a refusal would stop a client that starts. Nothing of it is kept.

${notServed('en')}
`,
  zh: () => `# 支持与不支持的功能

[English](served.md) · 由 \`npm run generate\` 根据 \`src/operations\` 中的声明生成；测试会逐个调用。

应用接口的路径均相对于 \`/{org_name}/{app_name}\` 或 \`/app-id/{app_id}\`。两个列表都没有的接口返回 404。

## 支持

客户端 SDK 的实时连接在 \`/websocket\` 和 \`/ws\`：登录、聊天室、聊天室消息、单聊消息及其回执，以及事件。不保存离线消息：单聊对方不在线时，发送者收到 \`user is offline\`。

${served('zh')}

## 不支持

客户端 SDK 和 UI 组件会调用以下接口。这些接口以 SDK 识别为“未开通”的错误文案拒绝；如果拒绝会导致客户端无法启动，则返回空结果。
服务端不保存其中的任何内容。

${notServed('zh')}
`,
}
