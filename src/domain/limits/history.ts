import { type Limit, MiB } from './limit.ts'

/** What is stored of messages, and how it is read. */
export const historyLimits = {
  historyRelayed: {
    value: 20_000,
    unit: 'items',
    en: 'Messages a second of other nodes that reads of the history wait for',
    zh: '历史消息读取时会等待其落库的、每秒来自其他节点的消息数',
    beyond: {
      en: 'whoever connects in that moment may have to read the history again',
      zh: '此刻新连接的客户端可能需要再次读取历史消息',
    },
    memory: 8 * MiB,
  },
  historyWaiting: {
    value: 32 * MiB,
    unit: 'bytes',
    en: 'Messages of a process that wait to be stored in the history',
    zh: '单个进程中等待写入历史记录的消息',
    beyond: {
      en: 'delivered, but not in the history, and counted in `chatroomd_history_lost_total`; with `historyDurable` they are refused with `traffic limit`',
      zh: '照常投递但不进入历史记录，并计入 `chatroomd_history_lost_total`；开启 `historyDurable` 的应用则以 `traffic limit` 拒绝',
    },
  },
  historyPage: {
    value: 50,
    unit: 'items',
    en: 'Messages of one page of the history',
    zh: '历史消息每页的数量',
    beyond: { en: '400', zh: '返回 400' },
  },
  historyScanned: {
    value: 10_000,
    unit: 'items',
    en: 'Messages that one call looks at to fill a page of the history',
    zh: '单次查询历史消息时检查的消息数量',
    beyond: {
      en: 'the page is shorter, and has the cursor of the next',
      zh: '返回不足一页的结果及下一页的起点',
    },
  },
  historyRemoved: {
    value: 50,
    unit: 'items',
    en: "Messages that one call removes from a user's view",
    zh: '单次单向删除的历史消息数量',
    beyond: { en: '400; nothing is removed', zh: '返回 400，不删除任何消息' },
  },
  historyRemovalNotices: {
    value: 100,
    unit: 'items',
    en: 'Chat rooms of which other devices are notified when a user removes all messages from its view',
    zh: '用户清空全部历史消息时，向其其他设备通知的聊天室数量',
    beyond: { en: 'removed all the same; devices are not notified', zh: '照常删除，但不通知' },
  },
  historyFilesPerMinute: {
    value: 10,
    unit: 'items',
    en: 'Calls a minute for the URL of an hourly file of messages, where the app has `rateLimits`',
    zh: '应用开启 `rateLimits` 时，每分钟获取历史消息文件 URL 的次数',
    beyond: { en: '429', zh: '返回 429' },
  },
  historyUrlTime: {
    value: 1_800_000,
    unit: 'ms',
    en: 'Time for which the URL of an hourly file of messages is good',
    zh: '历史消息文件 URL 的有效期',
    beyond: { en: '401; ask for another', zh: '返回 401，需重新获取' },
  },
  pins: {
    value: 20,
    unit: 'items',
    en: 'Messages that are pinned in one chat room',
    zh: '单个聊天室置顶的消息数量',
    beyond: { en: '403; unpin another first', zh: '返回 403，需先取消其他置顶' },
  },
  pinsPage: {
    value: 50,
    unit: 'items',
    en: 'Pinned messages of one page',
    zh: '置顶消息每页的数量',
    beyond: { en: 'a page holds as many', zh: '每页返回该数量' },
  },
  historyIgnored: {
    value: 20,
    unit: 'items',
    en: 'Users who do not find a message of the app in the history (`roam_ignore_users`)',
    zh: '查询历史消息时看不到该消息的用户数量（`roam_ignore_users`）',
    beyond: { en: '400; nothing is sent', zh: '返回 400，不发送' },
  },
  historyPerRoom: {
    value: 10_000,
    unit: 'items',
    en: 'Highest `historyPerRoom` of an app',
    zh: '应用 `historyPerRoom` 的最大值',
    beyond: { en: 'the setting is refused', zh: '拒绝该设置' },
  },
  historyRoomsCounted: {
    value: 10_000,
    unit: 'items',
    en: 'Chat rooms whose new messages a process counts for `historyPerRoom`',
    zh: '单个进程为 `historyPerRoom` 计数的聊天室数量',
    beyond: {
      en: 'forgotten: these are trimmed a little later, and pages never show more',
      zh: '计数重新开始：稍后才清理，查询结果始终不超过上限',
    },
    memory: 2 * MiB,
  },
} satisfies Record<string, Limit>
