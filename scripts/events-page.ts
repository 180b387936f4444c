/** The page of the event feed, in both languages. */
import { limits } from '../src/domain/limits.ts'
import { heartbeatMs } from '../src/operations/events/event-stream.ts'
import { eventTypes } from '../src/operations/events/event-types.ts'
import { positionText } from '../src/operations/events/position.ts'
import { shownEvent } from '../src/operations/events/shown-event.ts'
import { code, type Language, table } from './table.ts'

const at = 1_767_225_600_123_000

const example = (type: keyof typeof eventTypes): string => {
  const { data, before, isOfApp } = eventTypes[type]
  return shownEvent({
    xid: 0,
    at,
    number: 0,
    room: isOfApp ? '' : '248710559375361',
    operator: '',
    operation: 'setAnnouncement',
    type,
    data: JSON.stringify(data),
    before: before ? JSON.stringify(before) : null,
  })
}

const typesTable = (language: Language): string =>
  table(
    { en: ['type', 'happened', '`data`', '`before`'], zh: ['类型', '含义', '`data`', '`before`'] }[language],
    Object.entries(eventTypes).map(([type, { says, data, before }]) => [
      code(type),
      says[language],
      code(JSON.stringify(data)),
      before ? code(JSON.stringify(before)) : '',
    ]),
  )

const sent = `id: ${positionText('1f0c2a74', { xid: 0, at, room: '248710559375361', number: 0 })}
event: announcement.changed
data: ${example('announcement.changed')}
`

const stream = (query: string, file: string, header = ''): string => `\
curl -sN -H "Authorization: Bearer $TOKEN"${header} "$APP/events?${query}" > ${file} & STREAM=$!
until grep -qs retry ${file}; do sleep 0.1; done`

const shown = `\`\`\`sh
${stream('type=announcement.changed', 'events.txt')}
call $APP/chatrooms/$ROOM/announcement -d '{"announcement": "be kind"}'
until grep -q '^data:' events.txt; do sleep 0.1; done
kill $STREAM; cat events.txt
\`\`\``

const resumed = `\`\`\`sh
call $APP/chatrooms/$ROOM/announcement -d '{"announcement": "be brief"}'
LAST=$(sed -n 's/^id: //p' events.txt | tail -n 1)
${stream('type=announcement.changed', 'missed.txt', ' -H "Last-Event-ID: $LAST"')}
until grep -q '^data:' missed.txt; do sleep 0.1; done
kill $STREAM; cat missed.txt; rm events.txt missed.txt
\`\`\``

const messages = `\`\`\`sh
${stream('type=message.sent,message.recalled&room=$ROOM', 'said.txt')}
call $APP/messages/chatrooms -d '{"from": "alice", "to": ["'$ROOM'"], "type": "txt", "body": {"msg": "Good night!"}}'
until grep -q 'Good night!' said.txt; do sleep 0.1; done
kill $STREAM; cat said.txt; rm said.txt
\`\`\``

const { feedStreams, feedPage, feedStall, feedRooms, feedNamed } = limits
const beat = heartbeatMs / 1000

export const eventsPages = {
  en: () => `# The event feed

[简体中文](events.zh-CN.md) · Written by \`npm run generate\`.

\`GET /{org_name}/{app_name}/events\`, with an app token, streams [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html)
of everything that the log of events has: what changed in chat rooms and users, whoever changed it; and of [messages](#messages), for streams that ask for them. Who is online is not in the feed: use [callbacks](callbacks.md) for that.

A stream of announcements in the background, one that is set, and what came; the commands go on from the [quick start](quick-start.md):

${shown}

\`\`\`text
${sent}
\`\`\`

## Nothing is missed

- An \`id\` is a position in the log of the app. Store the last one, once you have handled its event, and send it as
  \`Last-Event-ID\`, or as \`?after=\`: the stream continues behind it, after an hour as after a second, at whichever node. Events come in the order in which
  they were committed, each once for a position.
- Without a position the stream begins with what happens from then on; \`?after=earliest\` begins with the first event that is stored.
- Events are retained for \`auditDays\` of the app. Where some after your position were removed, the call returns 410, and a stream that
  retention overtakes sends the event \`reset\` and ends: begin without a position, and then read the state anew (\`GET /chatrooms\` …). So it is where
  the app had no log for a time, and where the data came from elsewhere (\`chatroomd import\`). An app with \`auditDays=0\` has no log: 403.
- After a PostgreSQL dump was restored into another cluster, begin without a position: its transactions are numbered anew.

What happened while nobody listened comes first:

${resumed}

## Filters

\`room=ID,ID\` and \`type=TYPE,TYPE\`. A heartbeat moves your position past what they left out.

## Messages

\`type=message.sent,message.recalled\` (with others, if you like) adds the messages of chat rooms, of clients and of the app, as members get them; without \`type\` there are none.
With \`room=\` it shows these chat rooms live, at most ${feedNamed.value} of them, to whoever has the app token: nobody has to be in them.

${messages}

- The first stream that asks has messages recorded from then on: of the chat rooms that it names, or of all. On several nodes that takes a second at most until each knows.
  What was said before is in the history (\`GET /chatrooms/{id}/messages\`), by \`data.id\`. Rooms that nobody asks for cost nothing; one that is asked for has each message written to the store once more, behind the delivery to clients.
- It stays so until no stream has asked for \`callbackFailureDays\`; messages are kept as long, or for \`auditDays\` where that is shorter. A consumer that comes back in time misses nothing; one whose
  messages were not recorded, or are not kept any more, gets 410 (or is sent \`reset\`). \`after=earliest\` begins with the first message that it can have.
- Messages of a chat room come in the order in which its node has accepted them, about 50 ms later; those that several nodes, or \`threads\` of one, accept within that time, in the order in which they were stored. \`data.id\` increases with time.
- A process that is killed loses those of its last 50 ms, as [callbacks](callbacks.md#duplicates-and-losses) do; they are counted together.
- Of ${feedRooms.value} chat rooms that streams of an app have named, the one that was asked for longest ago makes room for a new one.

## The connection

- Every ${beat} s in which nothing happens, a comment (\`:\`) is sent, with an \`id\` where filters left something out; \`retry: 3000\` tells clients to wait 3 s before they reconnect.
- The stream ends when its token expires or is withdrawn, when the app has no log any more, and when the server stops; reconnect with the last \`id\`.
- ${feedStreams.value} streams for each app and process; one more gets 429. What is not read stays in the log, no more than ${2 * feedPage.value} events in memory;
  a stream of which nothing was read for ${feedStall.value / 1000} s ends.
- Proxies: responses have \`X-Accel-Buffering: no\`; let the proxy wait at least ${4 * beat} s for data.

## Types

Every event has \`type\`, \`timestamp\` (Unix ms), \`chatroomid\` (empty for events of the app and its users), \`operator\` (user id, or \`@ppAdmin\` for an app token),
\`operation\` (the call, as in the API description), \`data\` and, where the type has it, \`before\`: what was there. Ignore fields and types that you do not know: new ones may come.

${typesTable('en')}
`,
  zh: () => `# 事件流

[English](events.md) · 由 \`npm run generate\` 生成。

\`GET /{org_name}/{app_name}/events\`（需 App Token）以 [Server-Sent Events](https://html.spec.whatwg.org/multipage/server-sent-events.html)
推送事件日志中的全部事件：聊天室和用户的所有变更，不论由谁触发；指定类型时还包括[消息](#消息)。用户上下线不在其中，见[事件回调](callbacks.zh-CN.md)。

以下命令接着[快速开始](quick-start.zh-CN.md)执行：在后台订阅公告变更，设置公告，再查看收到的内容：

${shown}

\`\`\`text
${sent}
\`\`\`

## 不丢事件

- \`id\` 是应用日志中的位置。处理完事件后保存最后一个 \`id\`，重连时通过 \`Last-Event-ID\` 请求头或 \`?after=\` 传回，
  即从其后继续，无论断开一秒还是一小时、连到哪个节点。事件按提交顺序推送，同一位置之后每个事件只出现一次。
- 不传位置则从当前开始；\`?after=earliest\` 从保留的最早事件开始。
- 事件保留天数由应用设置 \`auditDays\` 决定。若该位置之后的事件已被清理，返回 410；读取过程中被清理追上时，推送 \`reset\` 事件并结束。
  此时请先不带位置重新订阅，再重新读取状态（\`GET /chatrooms\` 等）。应用曾关闭日志、或数据由 \`chatroomd import\` 导入时同样如此。\`auditDays=0\` 的应用没有日志，返回 403。
- 将 PostgreSQL 备份恢复到另一个集群后，事务号会重新编号，请不带位置重新订阅。

重连后先收到断开期间的事件：

${resumed}

## 过滤

\`room=ID,ID\` 和 \`type=TYPE,TYPE\`。被过滤掉的事件也会通过心跳推进位置。

## 消息

\`type=message.sent,message.recalled\`（可与其他类型并列）会推送聊天室消息，包括客户端和服务端发送的，内容与成员收到的一致；不传 \`type\` 时不含消息。
加上 \`room=\` 即可实时查看指定聊天室（最多 ${feedNamed.value} 个），只需 App Token，无需加入聊天室。

${messages}

- 首个请求消息的事件流建立后才开始记录：指定了聊天室则只记录这些聊天室，否则记录全部。多节点时最多一秒后所有节点生效。
  此前的消息请查历史消息（\`GET /chatrooms/{id}/messages\`，按 \`data.id\` 衔接）。无人请求的聊天室没有任何开销；被请求的聊天室每条消息在下发客户端之后再写入存储一次。
- 连续 \`callbackFailureDays\` 天没有事件流请求后停止记录；消息的保留时间相同，\`auditDays\` 更短时以其为准。在此期间内重连不会丢失消息；若其后的消息未被记录或已被清理，返回 410（或推送 \`reset\`）。
  \`after=earliest\` 从可读的第一条消息开始。
- 同一聊天室的消息按节点接受的顺序推送，延迟约 50 毫秒；多个节点（或单个进程的多个 \`threads\`）在此时间内各自接受的消息按入库顺序推送。\`data.id\` 随时间递增。
- 进程被强制终止时会丢失最后 50 毫秒的消息，与[事件回调](callbacks.zh-CN.md)相同，并计入同一指标。
- 单个应用最多记录 ${feedRooms.value} 个被指定的聊天室，超出时停止记录最久未被请求的聊天室。

## 连接

- 每 ${beat} 秒无事件时发送一行注释（\`:\`）；有事件被过滤时附带 \`id\`。\`retry: 3000\` 表示客户端应等待 3 秒再重连。
- token 过期或失效、应用关闭日志、服务停止时，事件流会结束；请凭最后的 \`id\` 重连。
- 每个进程中每个应用最多 ${feedStreams.value} 个事件流，超出返回 429。未读取的事件留在日志中，内存中最多缓冲 ${2 * feedPage.value} 个；${feedStall.value / 1000} 秒未读取任何数据的事件流会被结束。
- 代理：响应带 \`X-Accel-Buffering: no\`；代理的读超时应不小于 ${4 * beat} 秒。

## 类型

每个事件都有 \`type\`、\`timestamp\`（Unix 毫秒）、\`chatroomid\`（应用或用户的事件为空）、\`operator\`（用户 ID；App Token 为 \`@ppAdmin\`）、
\`operation\`（接口名，与 API 描述一致）、\`data\`，部分类型还有 \`before\`（变更前的内容）。请忽略不认识的字段和类型：以后可能新增。

${typesTable('zh')}
`,
}
