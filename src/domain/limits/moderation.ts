import { clamped, items, type Limit, MiB, refused } from './limit.ts'

/** Lists of keywords, and what moderators do. */
export const moderationLimits = {
  deletedMinutes: items(
    1440,
    'Minutes whose messages of a user are deleted in one call',
    '一次删除用户消息的时间范围（分钟）',
  ),
  messagesDeleted: items(1000, 'Messages of a user deleted in one call', '一次删除的用户消息数量', {
    en: 'the newest are; the response shows that there are more',
    zh: '只删除最近的，响应会注明还有更多',
  }),
  messagesDeletedLogged: items(
    100,
    'Ids in the event about deleted messages',
    '消息删除事件中列出的消息 ID 数量',
    {
      en: 'the first are; their number counts all',
      zh: '只列出前若干个，总数不受影响',
    },
  ),
  messagesScanned: items(
    20_000,
    'Messages of a chat room looked through for those of one user',
    '为查找用户消息而扫描的聊天室消息数量',
    {
      en: 'older ones stay',
      zh: '更早的消息保留',
    },
  ),
  slowMode: {
    value: 3600,
    unit: 's',
    en: 'Time between two messages of one member of a chat room (`slowMode`)',
    zh: '聊天室同一成员两条消息的间隔（`slowMode`）',
    beyond: refused,
  },
  slowModeMembers: {
    ...items(
      100_000,
      'Members of rooms with slow mode whose last message a process remembers',
      '单个进程记录最近发言时间的慢速模式成员数量',
      {
        en: 'those that were noted first may speak at once',
        zh: '最早记录的成员可立即发言',
      },
    ),
    memory: 16 * MiB,
  },
  reasonLength: items(512, 'Reason of a moderator, in characters', '操作原因的字符数', {
    en: 'the rest is cut off',
    zh: '截断超出部分',
  }),
  keywordLists: items(100, 'Keyword lists of an app', '每个应用的关键词列表数量'),
  keywords: items(10_000, 'Words of a keyword list', '每个关键词列表的词数'),
  keywordsAdded: items(
    200,
    'Words added to or removed from a keyword list in one call',
    '一次增删的关键词数量',
  ),
  keywordLength: items(128, 'Characters of a keyword', '关键词的字符数'),
  keywordListName: items(32, 'Characters of the name of a keyword list', '关键词列表名称的字符数'),
  keywordFileBytes: {
    value: 2 * MiB,
    unit: 'bytes',
    en: 'File with the words of a keyword list',
    zh: '关键词文件',
    beyond: { en: '413; the list stays as it was', zh: '返回 413，列表不变' },
  },
  keywordCharacters: items(
    4_000_000,
    'Characters of all keywords of an app, of which each takes up to 20 bytes of memory in every process',
    '一个应用全部关键词的字符总数（每个字符在每个进程中最多占用 20 字节内存）',
  ),
  keywordsPage: items(1000, 'Words of a keyword list on a page', '关键词每页数量', clamped),
  keywordSteps: items(
    100_000,
    'Steps in which one message is looked through for words with wildcards, and for which words it holds',
    '单条消息查找通配符关键词及收集命中词的步数',
    {
      en: 'words with wildcards that were not looked for yet count as absent; all others are still found',
      zh: '尚未查找的通配符关键词视为未命中，其他关键词仍全部生效',
    },
  ),
  keywordHitsWaiting: {
    ...items(10_000, 'Words of an app whose hits wait to be counted', '一个应用等待入库的命中词数量', {
      en: 'further words are not counted',
      zh: '其余词不计数',
    }),
    memory: 4 * MiB,
  },
  moderatedRate: {
    value: 100,
    unit: 'per second',
    en: 'Matches of keywords of an app that a process records in the log of events',
    zh: '单个进程为一个应用写入事件日志的命中消息数',
    beyond: { en: 'counted only', zh: '只计数' },
  },
  keywordHits: items(
    100,
    'Words of one message that are counted and reported',
    '单条消息计数并上报的关键词数量',
    {
      en: 'the first are',
      zh: '只取最先命中的',
    },
  ),
} satisfies Record<string, Limit>
