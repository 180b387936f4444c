import type { Text } from '../domain/text.ts'

/** What each `:name` in a route is, for the API description, and an example of it. */
export const pathParameters: Record<string, { says: Text; example: string }> = {
  org_name: {
    says: {
      en: 'Organization of the app: the part of the app key before `#`.',
      zh: '企业标识：App Key 中 `#` 之前的部分。',
    },
    example: 'demo',
  },
  app_name: {
    says: {
      en: 'Name of the app: the part of the app key after `#`.',
      zh: '应用名称：App Key 中 `#` 之后的部分。',
    },
    example: 'chat',
  },
  chatroom_id: { says: { en: 'Chat room id.', zh: '聊天室 ID。' }, example: '248710559375361' },
  username: {
    says: { en: 'User id; upper case counts as lower case.', zh: '用户 ID，不区分大小写。' },
    example: 'bob',
  },
  uuid: {
    says: { en: 'Id of the attachment.', zh: '附件 ID。' },
    example: '5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911',
  },
  file_id: {
    says: { en: 'Id of the file.', zh: '文件 ID。' },
    example: '5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911',
  },
  group_id: { says: { en: 'Group id.', zh: '群组 ID。' }, example: '248710559375362' },
  thread_id: { says: { en: 'Thread id.', zh: '子区 ID。' }, example: '248710559375363' },
  message_id: { says: { en: 'Message id.', zh: '消息 ID。' }, example: '1450000000000001003' },
  list_id: { says: { en: 'Id of the keyword list.', zh: '关键词列表 ID。' }, example: '248710559375361' },
  part: { says: { en: 'Part of a group.', zh: '群组的子资源。' }, example: 'admin' },
  entry: { says: { en: 'Entry of the part.', zh: '子资源中的条目。' }, example: 'carol' },
  bulk_id: { says: { en: 'Id of the bulk job.', zh: '批量任务 ID。' }, example: '248710559375361' },
  delivery_id: {
    says: { en: '`id` of an attempt in the delivery log.', zh: '投递日志中的 `id`。' },
    example: '17',
  },
  callback_id: { says: { en: 'Id of the callback rule.', zh: '回调规则 ID。' }, example: '248710559375361' },
  peer: { says: { en: 'Another user, or a group.', zh: '另一个用户或群组。' }, example: 'carol' },
  resource: { says: { en: 'Device of the user.', zh: '用户的设备标识。' }, example: 'web_1' },
  expiry: { says: { en: 'Seconds of a subscription.', zh: '订阅时长，秒。' }, example: '3600' },
  place: { says: { en: 'Always `1`.', zh: '固定为 `1`。' }, example: '1' },
  kind: { says: { en: '`user` or `chatgroup`.', zh: '`user` 或 `chatgroup`。' }, example: 'user' },
  chat_type: { says: { en: '`chat` or `group`.', zh: '`chat` 或 `group`。' }, example: 'group' },
  hour: { says: { en: 'Hour, as `yyyyMMddHH`.', zh: '小时，格式 `yyyyMMddHH`。' }, example: '2026010100' },
}
