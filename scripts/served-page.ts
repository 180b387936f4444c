/** The page of what is and is not served, in both languages. */
import { devDependencies } from '../package.json'
import { all } from '../src/operations/index.ts'
import { everythingNotServed } from '../src/operations/not-served/index.ts'
import { tags } from '../src/operations/tags.ts'
import { describe, systemCalls } from './described.ts'
import { code, type Language, table } from './table.ts'

const words = {
  en: {
    head: ['call', 'does'],
    notHead: ['feature', 'call', 'response'],
    triedHead: ['client', 'does in tests'],
  },
  zh: { head: ['接口', '说明'], notHead: ['功能', '接口', '响应'], triedHead: ['客户端', '测试内容'] },
}

const templateOf = (route: string): string => route.replace(/:(\w+)/g, '{$1}')

/** How each call that is not served is refused. */
const refusals = new Map(
  everythingNotServed
    .flatMap(({ operations }) => operations)
    .map(({ id, call }) => [id, call?.failures[0]] as const),
)

/** The response of a call: its refusal, or its example in the API description. */
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

const version = (name: keyof typeof devDependencies): string => `${code(name)} ${devDependencies[name]}`

const javaSdk = /im-sdk-core<\/artifactId>\s*<version>([^<]+)/.exec(
  await Bun.file('test/java/pom.xml').text(),
)?.[1]

/** The clients that tests drive, unmodified, and what they do. */
const tried = (): [what: Record<Language, string>, does: Record<Language, string>][] => {
  const websdk = version('easemob-websdk')
  const rooms = {
    en: 'a room from its creation to its end: members, messages, mutes, lists, attributes, events',
    zh: '聊天室从创建到解散的全过程：成员、消息、禁言、名单、自定义属性、事件',
  }
  return [
    [
      {
        en: `${websdk}, ${version('agora-chat')}, in Chromium and Bun`,
        zh: `${websdk}、${version('agora-chat')}，在 Chromium 和 Bun 中`,
      },
      {
        en: `${rooms.en}; attachments, history, single chat, all REST methods about rooms`,
        zh: `${rooms.zh}；附件、历史消息、单聊，以及全部聊天室 REST 方法`,
      },
    ],
    [
      {
        en: `${websdk}: miniCore with its chat-room and contact plug-ins, in Chromium`,
        zh: `${websdk} 的 miniCore 及聊天室、联系人插件，在 Chromium 中`,
      },
      rooms,
    ],
    [
      {
        en: `${websdk}: the build for uni-app, on \`uni\` made of fetch and WebSocket`,
        zh: `${websdk} 的 uniApp 版本，\`uni\` 由 fetch 和 WebSocket 模拟`,
      },
      rooms,
    ],
    [
      {
        en: `${version('agora-chat-uikit')}: \`<Chatroom>\` and \`<ChatroomMember>\`, in Chromium`,
        zh: `${version('agora-chat-uikit')} 的 \`<Chatroom>\` 和 \`<ChatroomMember>\`，在 Chromium 中`,
      },
      {
        en: 'history, nicknames, avatars, talk, report, mute, unmute, remove; no page has an error or gets a response of 400 or above',
        zh: '历史消息、昵称、头像、聊天、举报、禁言、解除禁言、移除成员；页面无报错，所有 HTTP 响应均低于 400',
      },
    ],
    [
      {
        en: `${code('com.easemob.im:im-sdk-core')} ${javaSdk}, the Java server SDK`,
        zh: `Java 服务端 SDK ${code('com.easemob.im:im-sdk-core')} ${javaSdk}`,
      },
      {
        en: 'each of its calls',
        zh: '全部调用',
      },
    ],
  ]
}

const triedTable = (language: Language): string =>
  table(
    words[language].triedHead,
    tried().map(([what, does]) => [what[language], does[language]]),
  )

export const servedPages = {
  en: () => `# What is and is not served

[简体中文](served.zh-CN.md) · Written by \`npm run generate\` from the declarations in \`src/operations\`; a test makes every call.

Paths of apps are below \`/{org_name}/{app_name}\`, or \`/app-id/{app_id}\`; what is not served is refused below \`/api/sdk/v1/{org_name}/{app_name}\`, too. What is on neither list
gets 404.

## Served

Real time for client SDKs is at \`/websocket\` and \`/ws\`: login, chat rooms, messages to them and to single users,
receipts of the latter, and events. Messages to a user who is offline are not stored: the sender gets \`user is offline\`.

${served('en')}

## Not served

Client SDKs and UI kits make these calls. They are refused in the words that the SDKs know as *not enabled*, or get an empty
response where a refusal would stop a client that starts. Nothing of it is stored.

${notServed('en')}

Of history and moderation the hosted service has besides:

- \`POST /api/server/v6/…/roaming/group\` and \`…/roaming/chat\` get 404: \`GET /chatrooms/{chatroom_id}/messages\` reads a chat room. Messages to users have no
  history.
- Latest messages are not pushed to who joins: SDKs and UI kits read the history then. A member reads what was said before it joined.
- Keyword lists are managed by the calls above, not by \`/moderation/text/list\` (404). Words are found inside of texts of clients in all
  conversations; there are no lists that allow, none for single conversations or tags, and no check of images, voice or video.

## Clients that were tried

Tests drive these as their makers publish them:

${triedTable('en')}

\`easemob-chat-uikit\` 3.0.3 was tried by hand: its calls work, but its \`<Chatroom>\` breaks by itself in the header (it takes
the room's owner for a text; \`renderHeader\` helps) and on text messages. Native SDKs and other mini programs were not tried.
`,
  zh: () => `# 支持与不支持的功能

[English](served.md) · 由 \`npm run generate\` 根据 \`src/operations\` 中的声明生成；测试会逐个调用。

应用接口的路径均相对于 \`/{org_name}/{app_name}\` 或 \`/app-id/{app_id}\`；不支持的接口在 \`/api/sdk/v1/{org_name}/{app_name}\` 下同样返回拒绝。两个列表都没有的接口返回 404。

## 支持

客户端 SDK 的实时连接在 \`/websocket\` 和 \`/ws\`：登录、聊天室、聊天室消息、单聊消息及其回执，以及事件。不保存离线消息：单聊对方不在线时，发送者收到 \`user is offline\`。

${served('zh')}

## 不支持

客户端 SDK 和 UI 组件会调用以下接口。这些接口以 SDK 识别为“未开通”的错误文案拒绝；如果拒绝会导致客户端无法启动，则返回空结果。
服务端不保存其中的任何内容。

${notServed('zh')}

托管服务中与历史消息和内容审核有关、本服务未提供的还有：

- \`POST /api/server/v6/…/roaming/group\` 和 \`…/roaming/chat\` 返回 404：聊天室请用 \`GET /chatrooms/{chatroom_id}/messages\`。单聊消息没有历史记录。
- 加入聊天室时不推送最近的消息：SDK 和 UI 组件会在此时查询历史消息。成员可以查到加入之前的消息。
- 关键词列表用上面的接口管理，\`/moderation/text/list\` 返回 404。关键词按子串匹配所有会话中客户端发送的文本；没有放行列表，不能按会话类型或标签限定范围，也不审核图片、语音和视频。

## 已验证的客户端

测试直接使用官方发布的以下客户端，不做修改：

${triedTable('zh')}

\`easemob-chat-uikit\` 3.0.3 经手工验证：它调用的接口均有响应，但 \`<Chatroom>\` 自身会出错：头部把聊天室所有者（对象）当作文本渲染（可用 \`renderHeader\` 规避），显示文本消息时也会崩溃，与服务端无关。原生 SDK 和其他小程序版本未验证。
`,
}
