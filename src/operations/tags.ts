import type { Text } from '../domain/text.ts'

/** A name, and what the group is about. */
const tag = (en: string, zh: string, aboutEn: string, aboutZh: string): { name: Text; says: Text } => ({
  name: { en, zh },
  says: { en: aboutEn, zh: aboutZh },
})

/** Groups of operations in the API description, in the order shown. */
export const tags = {
  tokens: tag('Tokens', '鉴权', 'Credentials for everything else.', '调用其他接口所需的凭据。'),
  rooms: tag(
    'Chat rooms',
    '聊天室',
    'List, read, create, change, transfer and dissolve chat rooms.',
    '聊天室的列表、详情、创建、修改、转让和解散。',
  ),
  lifecycle: tag(
    'Lifecycle',
    '生命周期',
    'How long chat rooms live, and when they are dissolved by themselves.',
    '聊天室何时开放、何时自动解散。',
  ),
  bulk: tag(
    'Many chat rooms',
    '批量操作',
    'Jobs that do one thing to many chat rooms, with a dry run before.',
    '对大量聊天室执行同一操作的任务，可先预演。',
  ),
  members: tag('Members', '成员', 'Who is in a chat room.', '聊天室里有谁。'),
  admins: tag(
    'Admins',
    '管理员',
    'Members that manage a chat room beside its owner.',
    '协助所有者管理聊天室的成员。',
  ),
  superAdmins: tag(
    'Super admins',
    '超级管理员',
    'Users that create chat rooms with their own tokens.',
    '可用自己的 token 创建聊天室的用户。',
  ),
  mutes: tag(
    'Mute',
    '禁言',
    'Who may not speak: in a chat room, or in the whole app.',
    '不能发言的用户：单个聊天室内或整个应用内。',
  ),
  blocks: tag('Block list', '黑名单', 'Who may not come into a chat room.', '不能进入聊天室的用户。'),
  allowList: tag(
    'Allow list',
    '白名单',
    'Who may speak while everybody is muted.',
    '全员禁言时仍可发言的用户。',
  ),
  announcement: tag(
    'Announcement',
    '公告',
    'A text for everybody in a chat room.',
    '展示给聊天室全体成员的文本。',
  ),
  attributes: tag(
    'Custom attributes',
    '自定义属性',
    'Texts by key, which members store for a chat room.',
    '成员为聊天室保存的键值对。',
  ),
  history: tag(
    'History',
    '历史消息',
    'Messages of chat rooms, where the app has a history (`historyDays`).',
    '聊天室的历史消息（应用需设置 `historyDays`）。',
  ),
  messages: tag(
    'Messages',
    '消息',
    'Messages that the app itself sends; clients send theirs over their WebSocket.',
    '由应用服务端发送的消息；客户端消息通过 WebSocket 发送。',
  ),
  moderation: tag(
    'Moderation',
    '内容审核',
    'Keywords that messages of clients are held against, and what users reported.',
    '客户端消息的关键词过滤，以及用户举报。',
  ),
  callbacks: tag(
    'Callbacks',
    '回调',
    'Rules by which the server of the app is notified of what happens (docs/callbacks.md).',
    '将应用中发生的事件通知应用服务端的规则（见 docs/callbacks.zh-CN.md）。',
  ),
  files: tag(
    'Shared files',
    '共享文件',
    'Files that members share in a chat room.',
    '成员在聊天室中共享的文件。',
  ),
  quotas: tag('Quotas', '配额', 'Limits, and how much of them is used.', '各项上限及其使用量。'),
  audit: tag('Audit trail', '操作记录', 'Who changed what, and when.', '谁在何时改了什么。'),
  users: tag(
    'Users',
    '用户',
    'Users of an app. Chat rooms refer to users that must exist.',
    '应用下的用户。聊天室引用的用户必须已注册。',
  ),
  notServed: tag(
    'Not served',
    '不提供的功能',
    'Calls of other products, refused in the words that client SDKs know, or with an empty response.',
    '其他产品的接口：以客户端 SDK 认识的错误文案拒绝，或返回空结果。',
  ),
  operation: tag(
    'Operation',
    '运维',
    'For load balancers, supervisors and monitoring.',
    '供负载均衡、进程管理和监控使用。',
  ),
} as const satisfies Record<string, { name: Text; says: Text }>

export type Tag = keyof typeof tags
