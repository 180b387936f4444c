import { failure } from './failures.ts'
import { limits } from './limits.ts'

export const tooManyMembers = failure('exceed_limit', 'members size is greater than max user size !', {
  en: 'owner and members are more than `maxusers`',
  zh: '所有者和成员总数超过 `maxusers`',
  lift: {
    en: 'name fewer members, or a larger `maxusers`',
    zh: '减少成员，或调高 `maxusers`',
    calls: ['changeRoom', 'removeMembers'],
    settings: ['maxusers'],
  },
})

export const noMembers = failure('invalid_parameter', 'members must hold at least one user, or be left out', {
  en: '`members` is empty (`docs` dialect)',
  zh: '`members` 为空（`docs` 格式）',
})

export const nameTooLong = failure('exceed_limit', 'title cannot exceed to {limit}', {
  en: 'the name is longer than `nameLength` characters',
  zh: '名称超过 `nameLength` 个字符',
  lift: {
    en: 'shorten the name, or raise `nameLength` of the app',
    zh: '缩短名称，或调高应用设置 `nameLength`',
    settings: ['nameLength'],
  },
})

export const descriptionTooLong = failure('exceed_limit', 'desc cannot exceed to {limit}', {
  en: 'the description is longer than `descriptionLength` characters',
  zh: '描述超过 `descriptionLength` 个字符',
  lift: {
    en: 'shorten the description, or raise `descriptionLength` of the app',
    zh: '缩短描述，或调高应用设置 `descriptionLength`',
    settings: ['descriptionLength'],
  },
})

export const customTooLong = failure('exceed_limit', `custom cannot exceed to ${limits.roomCustom.value}`, {
  en: `\`custom\` is over ${limits.roomCustom.value / 1024} KB`,
  zh: `\`custom\` 超过 ${limits.roomCustom.value / 1024} KB`,
  lift: { en: 'shorten `custom`', zh: '缩短 `custom`' },
})

export const ceilingTooLow = failure('invalid_parameter', 'maxusers must be an integer of at least 1', {
  en: '`maxusers` is below 1',
  zh: '`maxusers` 小于 1',
})

export const ceilingTooHigh = failure('exceed_limit', 'maxUsers cannot exceed {limit}', {
  en: '`maxusers` is above the `maxusers` of the app',
  zh: '`maxusers` 超过应用的 `maxusers`',
  lift: {
    en: 'ask for fewer, or raise `maxusers` of the app',
    zh: '减小取值，或调高应用设置 `maxusers`',
    settings: ['maxusers'],
  },
})

export const ceilingBelowMembers = failure(
  'forbidden_op',
  'current user count is larger than the maxUsers that you want to update !',
  {
    en: '`maxusers` is below the members now',
    zh: '`maxusers` 小于当前成员数',
    lift: {
      en: 'ask for more, or remove members first',
      zh: '增大取值，或先移出部分成员',
      calls: ['removeMembers'],
    },
  },
)

export const sameOwner = failure('forbidden_op', 'new owner and old owner are the same', {
  en: '`newowner` owns the chat room already',
  zh: '`newowner` 已是所有者',
  lift: { en: 'name another user', zh: '指定其他用户' },
})

export const ownerNotMember = failure(
  'forbidden_op',
  "user: {username} doesn't exist in group: {chatroom_id}",
  {
    en: '`newowner` is no member (`docs` dialect)',
    zh: '`newowner` 不是成员（`docs` 格式）',
    lift: {
      en: 'add the new owner to the chat room first',
      zh: '先将新所有者添加为成员',
      calls: ['addMember', 'joinRoom'],
    },
  },
)
