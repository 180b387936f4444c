import type { Text } from '../domain/text.ts'

/** Groups of operations in the API description, in the order shown. */
export const tags = {
  tokens: {
    name: { en: 'Tokens', zh: '鉴权' },
    says: { en: 'Credentials for everything else.', zh: '调用其他接口所需的凭据。' },
  },
  rooms: {
    name: { en: 'Chat rooms', zh: '聊天室' },
    says: {
      en: 'List, read, create, change, transfer and dissolve chat rooms.',
      zh: '聊天室的列表、详情、创建、修改、转让和解散。',
    },
  },
  members: {
    name: { en: 'Members', zh: '成员' },
    says: { en: 'Who is in a chat room.', zh: '聊天室里有谁。' },
  },
  admins: {
    name: { en: 'Admins', zh: '管理员' },
    says: { en: 'Members that manage a chat room beside its owner.', zh: '协助所有者管理聊天室的成员。' },
  },
  superAdmins: {
    name: { en: 'Super admins', zh: '超级管理员' },
    says: {
      en: 'Users that create chat rooms with their own tokens.',
      zh: '可用自己的 token 创建聊天室的用户。',
    },
  },
  mutes: {
    name: { en: 'Mute', zh: '禁言' },
    says: {
      en: 'Who may not speak: in a chat room, or in the whole app.',
      zh: '不能发言的用户：单个聊天室内或整个应用内。',
    },
  },
  blocks: {
    name: { en: 'Block list', zh: '黑名单' },
    says: { en: 'Who may not come into a chat room.', zh: '不能进入聊天室的用户。' },
  },
  allowList: {
    name: { en: 'Allow list', zh: '白名单' },
    says: { en: 'Who may speak while everybody is muted.', zh: '全员禁言时仍可发言的用户。' },
  },
  announcement: {
    name: { en: 'Announcement', zh: '公告' },
    says: { en: 'A text for everybody in a chat room.', zh: '展示给聊天室全体成员的文本。' },
  },
  attributes: {
    name: { en: 'Custom attributes', zh: '自定义属性' },
    says: {
      en: 'Texts by key, which members keep for a chat room.',
      zh: '成员为聊天室保存的键值对。',
    },
  },
  history: {
    name: { en: 'History', zh: '历史消息' },
    says: {
      en: 'Messages of chat rooms, where the app keeps them (`historyDays`).',
      zh: '聊天室的历史消息（应用需设置 `historyDays`）。',
    },
  },
  messages: {
    name: { en: 'Messages', zh: '消息' },
    says: {
      en: 'Messages that the app itself sends; clients send theirs over their WebSocket.',
      zh: '由应用服务端发送的消息；客户端消息通过 WebSocket 发送。',
    },
  },
  moderation: {
    name: { en: 'Moderation', zh: '内容审核' },
    says: {
      en: 'Keywords that messages of clients are held against, and what users reported.',
      zh: '客户端消息的关键词过滤，以及用户举报。',
    },
  },
  callbacks: {
    name: { en: 'Callbacks', zh: '回调' },
    says: {
      en: 'Rules by which the server of the app is told what happens (docs/callbacks.md).',
      zh: '将应用中发生的事件通知应用服务端的规则（见 docs/callbacks.zh-CN.md）。',
    },
  },
  files: {
    name: { en: 'Shared files', zh: '共享文件' },
    says: { en: 'Files that members share in a chat room.', zh: '成员在聊天室中共享的文件。' },
  },
  audit: {
    name: { en: 'Audit trail', zh: '变更记录' },
    says: { en: 'Who changed what, and when.', zh: '谁在何时改了什么。' },
  },
  users: {
    name: { en: 'Users', zh: '用户' },
    says: {
      en: 'Users of an app. Chat rooms refer to users that must exist.',
      zh: '应用下的用户。聊天室引用的用户必须已注册。',
    },
  },
  notServed: {
    name: { en: 'Not served', zh: '不提供的功能' },
    says: {
      en: 'Calls of other products, answered in the words that client SDKs know, or with nothing.',
      zh: '其他产品的接口：以客户端 SDK 认识的错误文案拒绝，或返回空结果。',
    },
  },
  operation: {
    name: { en: 'Operation', zh: '运维' },
    says: {
      en: 'For load balancers, supervisors and monitoring.',
      zh: '供负载均衡、进程管理和监控使用。',
    },
  },
} as const satisfies Record<string, { name: Text; says: Text }>

export type Tag = keyof typeof tags
