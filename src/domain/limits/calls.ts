import { dayMs } from '../time.ts'
import { clamped, items, type Limit, refused } from './limit.ts'

/** A ceiling of a length. */
const bytes = (value: number, en: string, zh: string): Limit => ({ ...items(value, en, zh), unit: 'bytes' })

/** What one call may hold, and how long its texts may be; mostly the reference's. */
export const callLimits = {
  bodyDepth: items(64, 'Levels of nesting in a body', '请求体的嵌套层数'),

  retryKey: items(255, 'Characters of an `Idempotency-Key`', '`Idempotency-Key` 的字符数'),
  retryKeysOfUser: {
    value: 1000,
    unit: 'items',
    en: 'Calls of one user with an `Idempotency-Key` that are remembered',
    zh: '单个用户带 `Idempotency-Key` 且被保留的调用数',
    beyond: { en: '429; nothing is done', zh: '返回 429，不执行任何操作' },
  },
  retryTime: {
    value: dayMs,
    unit: 'ms',
    en: 'Time for which an `Idempotency-Key` is remembered',
    zh: '`Idempotency-Key` 的保留时长',
    beyond: { en: 'the call is done again', zh: '再次执行该调用' },
  },

  roomsPage: items(1000, 'Chat rooms on a page of the list', '聊天室列表每页数量', clamped),
  roomsSearched: {
    value: 10_000,
    unit: 'items',
    en: 'Chat rooms that one call searches where no index has what it asks for',
    zh: '无索引可用时单次调用检索的聊天室数量',
    beyond: {
      en: '403: it has to be narrowed by owner, member or time of creation',
      zh: '返回 403，需按所有者、成员或创建时间缩小范围',
    },
  },
  joinedPage: items(1000, 'Chat rooms on a page of those a user joined', '用户已加入聊天室每页数量', clamped),
  joinedUnpaged: items(
    500,
    'Chat rooms that a user joined, without paging',
    '不分页时返回的已加入聊天室数量',
    { en: 'the latest', zh: '返回最近的' },
  ),
  membersPage: items(1000, 'Members on a page', '成员列表每页数量', clamped),
  timedMembersPage: items(
    50,
    'Members on a page with the times they joined (`joined_time=true`)',
    '带加入时间（`joined_time=true`）的成员列表每页数量',
    clamped,
  ),
  superAdminsPage: items(1000, 'Super admins on a page', '超级管理员列表每页数量', clamped),
  sanctionsPage: items(1000, 'Sanctions of a user on a page', '用户处罚列表每页数量', clamped),
  appMutesPage: items(50, 'Mutes of the whole app on a page', '全局禁言列表每页数量', clamped),
  usersPage: items(100, 'Users on a page', '用户列表每页数量', clamped),
  roomFiles: items(10_000, 'Shared files of a chat room', '聊天室的共享文件数量'),
  roomFilesPage: items(1000, 'Shared files on a page', '共享文件列表每页数量', clamped),
  fileName: items(255, 'Characters of the name of a shared file', '共享文件名的字符数', {
    en: 'the rest is cut off',
    zh: '截断超出部分',
  }),
  reports: items(10_000, 'Reports of messages by users stored of one app', '每个应用保留的用户举报数量', {
    en: 'the oldest go',
    zh: '删除最早的举报',
  }),
  keywordReports: items(
    2000,
    'Reports by keyword lists stored of one app, beside those by users',
    '每个应用保留的关键词上报数量（不含用户举报）',
    { en: 'the oldest go', zh: '删除最早的上报' },
  ),
  reportsPerMinute: items(30, 'Reports by one user in a minute', '单个用户每分钟的举报次数', {
    en: '429; nothing is stored',
    zh: '返回 429，不保存',
  }),
  reportsPage: items(100, 'Reports of messages on a page', '消息举报列表每页数量', clamped),
  reportContext: items(10, 'Messages before a reported one, and after it', '被举报消息前后各返回的消息数量', {
    en: 'those nearest to it',
    zh: '只返回最近的',
  }),
  reportBytes: bytes(512, 'Type of a report, and its reason', '举报类型、举报原因（各自）'),
  auditPage: items(1000, 'Rows of the audit trail on a page', '操作记录每页数量', clamped),

  roomsAsked: items(100, 'Chat rooms in one question for details', '一次查询详情的聊天室数量'),
  usersAsked: items(100, 'Users in one question for their status', '一次查询在线状态的用户数量'),
  userAttributesAsked: items(100, 'Users in one question for their attributes', '一次查询属性的用户数量'),
  userAttributeBytes: bytes(2048, 'Attributes of one user, names and values', '单个用户的属性（键和值）'),
  nicknamesSet: items(50, 'Users in one call that sets nicknames', '一次设置昵称的用户数量'),
  usersRegistered: items(60, 'Users in one registration', '一次注册的用户数量'),
  membersAdded: items(100, 'Members added in one call', '一次添加的成员数量'),
  membersRemoved: items(60, 'Members removed or blocked in one call', '一次移除或拉黑的成员数量'),
  membersMuted: items(60, 'Members muted in one call', '一次禁言的成员数量'),
  membersListed: items(
    60,
    'Users un-blocked, or put on or off the allow list, in one call',
    '一次移出黑名单或增删白名单的用户数量',
  ),
  attributesSet: items(10, 'Custom attributes in one call', '一次设置或删除的自定义属性数量'),
  messageRooms: items(
    10,
    'Chat rooms that one message of the app goes to',
    '应用发送一条消息的目标聊天室数量',
  ),
  messagesSent: {
    value: 100,
    unit: 'per second',
    en: 'Messages of the app to chat rooms, where its `rateLimits` are on; each chat room counts',
    zh: '应用开启 `rateLimits` 时发送的聊天室消息数量（每个聊天室计一条）',
    beyond: { en: '403; nothing is sent', zh: '返回 403，不发送' },
  },
  userMessagesSent: items(
    6000,
    'Messages of the app to users in a minute, where its `rateLimits` are on; each user counts',
    '应用开启 `rateLimits` 时每分钟发送的单聊消息数量（每个用户计一条）',
    { en: '403; nothing is sent', zh: '返回 403，不发送' },
  ),
  broadcastsPerMinute: items(
    10,
    'Broadcasts of an app to its chat rooms in a minute, where its `rateLimits` are on',
    '应用开启 `rateLimits` 时每分钟的聊天室广播次数',
    { en: '429; nothing is sent', zh: '返回 429，不发送' },
  ),
  broadcastsPerDay: items(
    100,
    'Broadcasts of an app to its chat rooms in a day (UTC), where its `rateLimits` are on',
    '应用开启 `rateLimits` 时每天（UTC）的聊天室广播次数',
    { en: '403; nothing is sent', zh: '返回 403，不发送' },
  ),
  messagesRecalled: items(30, 'Messages recalled in one call', '一次撤回的消息数量'),
  messageReceivers: items(600, 'Users that one message of the app goes to', '应用发送一条单聊消息的用户数量'),
  messageUsers: items(20, 'Users that one message of the app is for', '应用发送一条定向消息的用户数量'),

  roomDefault: items(1000, '`maxusers` of a chat room that names none', '未指定时聊天室的 `maxusers`', {
    en: 'set `maxusers`, up to that of the app',
    zh: '可指定 `maxusers`，不超过应用的上限',
  }),
  roomMembers: {
    ...items(10_000, '`maxusers` of a chat room', '聊天室的 `maxusers`', {
      en: '403; the room stays as it was',
      zh: '返回 403，聊天室不变',
    }),
    setting: 'app:maxusers',
  },
  roomAdmins: items(99, 'Admins of a chat room', '聊天室的管理员数量'),
  roomAttributes: items(100, 'Custom attributes of a chat room', '聊天室的自定义属性数量', {
    en: 'the key is left out, and the response has the reason',
    zh: '跳过该 key，并在响应中说明原因',
  }),
  roomName: {
    ...items(128, 'Name of a chat room, in characters', '聊天室名称的字符数'),
    setting: 'app:nameLength',
  },
  roomDescription: {
    ...items(512, 'Description of a chat room, in characters', '聊天室描述的字符数'),
    setting: 'app:descriptionLength',
  },
  roomCustom: bytes(8192, '`custom` of a chat room', '聊天室的 `custom`'),
  announcement: items(512, 'Announcement, in characters', '公告的字符数'),
  attributeKey: items(128, 'Key of a custom attribute, in characters', '自定义属性 key 的字符数'),
  attributeValue: items(4096, 'Value of a custom attribute, in characters', '自定义属性值的字符数'),
  loggedValues: items(
    2048,
    'Earlier values of the custom attributes that one call changes, in the log of events, in characters',
    '一次调用所修改的自定义属性的旧值在事件日志中的字符数',
    { en: 'the value is not logged', zh: '不记录该值' },
  ),
  userId: bytes(64, 'User id', '用户 ID'),
  nickname: items(100, 'Nickname, in characters', '昵称的字符数'),
  password: items(64, 'Password, in characters', '密码的字符数'),
  appMuteTime: {
    value: 2_147_483_647,
    unit: 's',
    en: 'Mute of a user in the whole app, other than for ever',
    zh: '用户全局禁言的时长（永久除外）',
    beyond: refused,
  },
  tokenTtl: {
    value: 2_147_483_647,
    unit: 's',
    en: 'Lifetime of a token',
    zh: 'token 的有效期',
    beyond: { en: 'shown as this long', zh: '按该值显示' },
  },
  agoraTokenTtl: {
    value: 24 * 3600,
    unit: 's',
    en: 'Lifetime of an AccessToken2 of Agora',
    zh: 'Agora AccessToken2 的有效期',
    beyond: { en: 'expires after this long', zh: '到此时间即过期' },
  },
} satisfies Record<string, Limit>
