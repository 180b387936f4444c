import type { Event } from '../../domain/event.ts'
import type { Text } from '../../domain/text.ts'

/** A type of event, as the documentation has it. */
interface EventType {
  says: Text
  /** `data` of an example. */
  data: object
  /** `before` of an example, where the type has it. */
  before?: object
  /** In streams that ask for it by name alone. */
  isOnRequest?: true
  /** It is about the app or its users: `chatroomid` is empty. */
  isOfApp?: true
}

const of = (en: string, zh: string, data: object = {}, before?: object): EventType => ({
  says: { en, zh },
  data,
  ...(before ? { before } : {}),
})
const ofApp = (...given: Parameters<typeof of>): EventType => ({ ...of(...given), isOfApp: true })

const users = { usernames: ['bob'] }
const mood = { owner: 'bob', autoDelete: true, value: 'calm' }

type MessageEvent = 'message.sent' | 'message.recalled'

/**
 * Every type of event that streams tell of; an operator's changes of an app are not in the log, and who comes and goes is
 * there for callbacks.
 */
export const eventTypes: Record<Event['type'] | MessageEvent, EventType> = {
  'room.created': of(
    'A chat room was created, with so many members beside its owner.',
    '创建了聊天室；`members` 为所有者之外的成员数。',
    {
      owner: 'alice',
      members: 1,
    },
  ),
  'room.changed': of(
    'Name, description, `maxusers` or `custom` changed; of `custom` only that it did.',
    '名称、描述、`maxusers` 或 `custom` 变更；`custom` 只表示有变更。',
    { name: 'early birds', custom: true },
    { name: 'night owls' },
  ),
  'room.transferred': of('Another member is the owner.', '聊天室已转让。', { from: 'alice', to: 'bob' }),
  'room.dissolved': of(
    'The chat room is no more; `reason` says why where it was dissolved by itself.',
    '聊天室已解散；自动解散时 `reason` 为原因。',
    {},
    { name: 'night owls', owner: 'alice', memberCount: 2 },
  ),
  'room.restored': of('A dissolved chat room is there again.', '已解散的聊天室被恢复。', {
    owner: 'alice',
    memberCount: 2,
  }),
  'room.disabled': of('The chat room was disabled.', '聊天室被禁用。'),
  'room.enabled': of('The chat room was enabled again.', '聊天室恢复使用。'),
  'room.rescheduled': of(
    'What the chat room sets of its lifecycle itself changed.',
    '聊天室自身的生命周期设置变更。',
    { lifecycle: { idle_timeout: 86400 } },
    { lifecycle: {} },
  ),
  'room.expiring': of(
    'The chat room will be dissolved at `dissolvesAt` (Unix ms) for this reason, unless something happens in it.',
    '如无新的活动，聊天室将在 `dissolvesAt`（Unix 毫秒）因 `reason` 解散。',
    { reason: 'idle_timeout', dissolvesAt: 1767312000000 },
  ),
  'room.muted': of('Everybody is muted.', '开启全员禁言。'),
  'room.unmuted': of('Everybody may speak again.', '解除全员禁言。'),
  'room.slowed': of(
    'Members may send one message in so many seconds; 0 = as they like.',
    '慢速模式变更：成员每隔多少秒可发一条消息；0 表示不限。',
    { slowMode: 10 },
    { slowMode: 0 },
  ),
  'member.joined': of(
    'Users joined, or were added; `ext` is what one sent on joining.',
    '用户加入或被添加；`ext` 为加入时携带的扩展信息。',
    {
      ...users,
      memberCount: 2,
      ext: 'hello',
    },
  ),
  'member.left': of('Members left, or were deleted.', '成员主动离开，或其用户被删除。', {
    ...users,
    memberCount: 1,
  }),
  'member.removed': of(
    'Members were removed; `before` has those who were admins.',
    '成员被移出；`before` 为其中的管理员。',
    { ...users, memberCount: 1 },
    { admins: ['bob'] },
  ),
  'member.blocked': of(
    'Users were put on the block list, and removed; for a time where `expires` (Unix ms) is there, and with the reason that was given.',
    '用户被加入黑名单并移出；`expires`（Unix 毫秒）表示到期自动解除，`reason` 为填写的原因。',
    {
      ...users,
      memberCount: 1,
    },
  ),
  'member.unblocked': of('Users were taken off the block list.', '用户被移出黑名单。', users),
  'member.muted': of(
    'Members were muted until `expires` (Unix ms); `before` has those who were muted already.',
    '成员被禁言至 `expires`（Unix 毫秒）；`before` 为此前已被禁言的成员。',
    { ...users, expires: 1767312000000 },
    { muted: [{ username: 'bob', expires: 1767225700000 }] },
  ),
  'member.unmuted': of('Members may speak again.', '成员解除禁言。', users, {
    muted: [{ username: 'bob', expires: 1767312000000 }],
  }),
  'member.allowed': of('Members were put on the allow list.', '成员被加入白名单。', users),
  'member.disallowed': of('Members were taken off the allow list.', '成员被移出白名单。', users),
  'admin.added': of('A member is an admin.', '成员成为管理员。', { username: 'bob' }),
  'admin.removed': of('An admin is an ordinary member again.', '管理员被撤销。', { username: 'bob' }),
  'announcement.changed': of(
    'The announcement changed; empty when it was cleared.',
    '公告变更；清空时为空字符串。',
    { announcement: 'be kind' },
    { announcement: '' },
  ),
  'attributes.set': of(
    'Attributes were set, by their keys; `before` has those that were there, and their values up to a bound.',
    '设置了自定义属性（只列键）；`before` 为此前已有的属性及其值（有长度上限）。',
    { username: 'bob', autoDelete: true, forced: false, keys: ['mood'] },
    { mood },
  ),
  'attributes.removed': of(
    'Attributes were removed, by their keys.',
    '删除了自定义属性（只列键）。',
    { keys: ['mood'] },
    { mood },
  ),
  'file.uploaded': of('A file was shared.', '上传了共享文件。', {
    file: '5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911',
  }),
  'file.deleted': of('A shared file was deleted.', '删除了共享文件。', {
    file: '5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911',
  }),
  'message.sent': {
    ...of(
      'A message was accepted: `operator` is its sender; `timestamp` in `data` is its own, `source` is `client` or `rest`, and `payload` is as in callbacks.',
      '消息已被接受：`operator` 为发送者；`data` 中的 `timestamp` 为消息时间，`source` 为 `client` 或 `rest`，`payload` 与回调一致。',
      {
        id: '1450000000000001003',
        source: 'client',
        timestamp: 1767225600123,
        kind: 'txt',
        payload: {
          from: 'bob',
          to: '248710559375361',
          type: 'chatroom',
          ext: {},
          bodies: [{ type: 'txt', msg: 'hello' }],
        },
      },
    ),
    isOnRequest: true,
  },
  'message.recalled': {
    ...of(
      'A message was taken back: `recalled` is its id, `id` that of the recall.',
      '消息被撤回：`recalled` 为被撤回消息的 ID，`id` 为撤回本身的 ID。',
      {
        id: '1450000000000001004',
        source: 'client',
        timestamp: 1767225600456,
        recalled: '1450000000000001003',
      },
    ),
    isOnRequest: true,
  },
  'message.pinned': of('A message was pinned.', '置顶了消息。', {
    message: '1450000000000001003',
    operator: 'alice',
    resource: 'web_1',
  }),
  'message.unpinned': of('A message is not pinned any more.', '取消了置顶。', {
    message: '1450000000000001003',
    operator: 'alice',
    resource: 'web_1',
  }),
  'message.deleted': of(
    'A moderator took messages of a user back: the first of their ids, and how many.',
    '管理员撤回了某用户的消息：前若干条的 ID，以及总数。',
    { username: 'bob', messages: ['1450000000000001003'], count: 1 },
  ),
  'message.reported': of(
    'A user reported a message; `sender` and `chatroomid` are empty where the message is not known any more. Where `username` is empty, keyword lists did, for the words of `reportReason`.',
    '用户举报了消息；消息已无法查到时 `sender` 和 `chatroomid` 为空。`username` 为空时为关键词列表上报，`reportReason` 为命中的词。',
    {
      message: '1450000000000001003',
      username: 'carol',
      sender: 'bob',
      reportType: 'spam',
      reportReason: 'ads',
    },
  ),
  'report.decided': of(
    'Reports of a message were decided.',
    '处理了对消息的举报。',
    { message: '1450000000000001003', state: 'dismissed', note: '', handledBy: 'alice' },
    { state: 'open' },
  ),
  'message.moderated': of(
    'A message of a client held words of keyword lists; in single chats `chatroomid` is empty and `to` names the receiver.',
    '客户端消息命中关键词；单聊时 `chatroomid` 为空，`to` 为接收方。',
    {
      message: '1450000000000001003',
      sender: 'bob',
      status: 'replace',
      words: ['spam'],
      lists: ['248710559375361'],
    },
  ),
  'keywords.changed': ofApp(
    'A keyword list was created, changed or deleted, or words of it.',
    '关键词列表或其中的词有变更。',
    {
      list: '248710559375361',
      change: 'added',
      words: 2,
    },
  ),
  'userAttributes.changed': ofApp('Attributes of a user were set, or removed.', '设置或删除了用户属性。', {
    username: 'bob',
    keys: ['nickname'],
    isRemoved: false,
  }),
  'user.muted': ofApp(
    'A user is muted in the whole app until then (Unix ms; 0 = not), by kind of conversation.',
    '用户在整个应用内被禁言的截止时间（Unix 毫秒，0 表示未禁言），按会话类型。',
    { username: 'bob', expires: { chatroom: 1767312000000 } },
    { chat: 0, groupchat: 0, chatroom: 0 },
  ),
  'history.removed': ofApp(
    'Messages were removed from the view of a user alone: of one chat room or, where `chatroom` is empty, of all. Its devices but `resource` are notified where `isNotified` is true.',
    '消息已从该用户自己的查询结果中删除：某个聊天室的消息，`chatroom` 为空时为全部聊天室。`isNotified` 为 true 时通知该用户除 `resource` 外的设备。',
    { username: 'bob', chatroom: '248710559375361', resource: 'webim_1', isNotified: true },
  ),
  'app.changed': ofApp(
    'What the app needs has changed with its callback rules, or with what event streams ask for.',
    '应用所需的功能随回调规则或事件流的请求变更。',
  ),
  'appSecret.changed': ofApp(
    'The app got a new secret (`rotated`), or the one before it ended before its time (`ended`) or with it (`over`). The one before it is good until then (Unix ms; 0 = not).',
    '应用更换了密钥（`rotated`），或上一个密钥被提前停用（`ended`）、到期失效（`over`）。`until` 为上一个密钥的失效时间（Unix 毫秒，0 表示已失效）。',
    { change: 'rotated', until: 1767312000000 },
  ),
  'callback.changed': ofApp(
    'A callback rule was created, changed or deleted, or its secrets were.',
    '回调规则或其密钥被创建、修改或删除。',
    { callback: '248710559375361', change: 'created' },
  ),
  'bulk.changed': ofApp(
    'A bulk job began, has come a tenth further, or has ended.',
    '批量任务已开始、又完成了十分之一或已结束。',
    {
      job: '248710559375361',
      action: 'dissolve',
      state: 'running',
      dryRun: false,
      total: 100,
      done: 10,
      refused: 0,
      changed: 0,
    },
  ),
  'quota.warning': ofApp(
    'At least 80 % of a limit is used; once, until it is less again. Of the app; with `username` of this user, and with a chat room of that: `maxusers`, `roomsPerUser`, `userFileSpace`, `files` and `pins`, where the limit is 10 or more.',
    '某项配额的使用量达到 80%；降到 80% 以下之前只发送一次。默认为应用的配额；带 `username` 时为该用户的配额，带聊天室时为该聊天室的配额（`maxusers`、`roomsPerUser`、`userFileSpace`、`files`、`pins`，上限不小于 10 时）。',
    { quota: 'rooms', unit: 'items', limit: 1000, used: 800 },
  ),
  'superAdmin.added': ofApp('A user became a super admin.', '用户成为超级管理员。', { username: 'alice' }),
  'superAdmin.removed': ofApp('A user is no super admin any more.', '用户不再是超级管理员。', {
    username: 'alice',
  }),
  'user.changed': ofApp(
    'A user was changed: `password`, `nickname`, `activated`, `deactivated`, `deleted` or `disconnected` (with `resource`, that device alone). With `deleted` and `roomsLeft`, so many of its chat rooms are left, handed over or dissolved afterwards.',
    '用户变更：`password`、`nickname`、`activated`、`deactivated`、`deleted` 或 `disconnected`（有 `resource` 时仅该设备）。`deleted` 带 `roomsLeft` 时，还有这么多聊天室随后退出、转让或解散。',
    { username: 'bob', change: 'nickname' },
  ),
}
