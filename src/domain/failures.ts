import { codeOf, Failure, type FailureWord, failures, TooBusy } from './failure.ts'
import { MiB } from './limits/limit.ts'
import { limits } from './limits.ts'
import type { Text, When } from './text.ts'

/** The `{names}` in a text. */
type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never

type Values<T extends string> = [Names<T>] extends [never] ? [] : [values: Record<Names<T>, string | number>]

/** A failure as it is documented: its word, its text with `{names}` for what varies, and when it comes. */
export interface FailureRow {
  readonly word: FailureWord
  readonly text: string
  readonly when: When
  readonly status: number
  /** `error_code` beside it, where there is one. */
  readonly code?: number | undefined
}

/** Makes a failure to throw; its properties are its documentation. */
export interface FailureKind<T extends string = string> extends FailureRow {
  (...values: Values<T>): Failure
  readonly text: T
}

/**
 * Declares a failure once: what is thrown and how the API description documents it. `status` only where the reference
 * departs from the word's usual one, `code` only where it numbers this text and no other of the word.
 */
export function failure<const T extends string>(
  word: FailureWord,
  text: T,
  when: When,
  status: number = failures[word][0],
  code: number | undefined = codeOf(word),
): FailureKind<T> {
  const make = (values: Record<string, string | number> = {}) =>
    new Failure(
      word,
      text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name])),
      status,
      code,
    )
  return Object.assign(make as (...values: Values<T>) => Failure, { word, text, when, status, code })
}

/** Declares a refusal for want of capacity: no fault of the server, and none for its log. */
export const busy = <const T extends string>(text: T, when: Text): FailureKind<T> =>
  Object.assign((() => new TooBusy(text)) as (...values: Values<T>) => Failure, {
    word: 'service_unavailable' as const,
    text,
    when,
    status: failures.service_unavailable[0],
  })

export const roomMissing = failure('resource_not_found', 'grpID {chatroom_id} does not exist!', {
  en: 'no chat room has this id',
  zh: '聊天室 ID 不存在',
  lift: {
    en: 'name a chat room that is there; one that was dissolved can be restored for some time',
    zh: '使用存在的聊天室 ID；刚解散的聊天室可在一段时间内恢复',
    calls: ['createRoom', 'restoreRoom'],
  },
})

export const userMissing = failure('resource_not_found', "username {username} doesn't exist!", {
  en: 'the user is not registered',
  zh: '用户未注册',
  lift: { en: 'register the user', zh: '注册该用户', calls: ['registerUsers'] },
})

export const notMembers = failure(
  'forbidden_op',
  'users [{usernames}] are not members of this group!',
  {
    en: 'a user is not in the chat room',
    zh: '用户不在聊天室中',
    lift: {
      en: 'the user has to join the chat room, or be added to it',
      zh: '用户需先加入聊天室，或被添加为成员',
      calls: ['addMember', 'joinRoom'],
    },
  },
  400,
)

/** Blocking fails with the same text and the word's usual status. */
export const notMembersToBlock = failure('forbidden_op', notMembers.text, {
  en: 'the user is not in the chat room',
  zh: '用户不在聊天室中',
  lift: notMembers.when.lift,
})

export const ownerIsSafe = failure('forbidden_op', 'forbidden operation on group owner!', {
  en: 'the user is the owner',
  zh: '该用户是所有者',
  lift: { en: 'make somebody else the owner first', zh: '先将所有者转让给其他用户', calls: ['changeRoom'] },
})

export const roomIsFull = failure('forbidden_op', 'group member list is full!', {
  en: 'there is no space left',
  zh: '聊天室成员已满',
  lift: {
    en: 'raise `maxusers` of the chat room, or remove members',
    zh: '调高聊天室的 `maxusers`，或移出部分成员',
    calls: ['changeRoom', 'removeMembers'],
    settings: ['maxusers'],
  },
})

/** Nobody joins a disabled room, and no user manages it. */
export const roomDisabled = failure('forbidden_op', 'can not operate this group, reason: group is disabled', {
  en: 'the chat room is disabled; or, for those who join, not open yet or expired',
  zh: '聊天室已禁用；加入时也表示聊天室尚未开放或已到期',
  lift: {
    en: 'enable the chat room, or change when it opens and expires',
    zh: '启用聊天室，或修改其开放与到期时间',
    calls: ['enableRoom', 'setLifecycle'],
    settings: ['roomsOpenAt', 'roomsExpireAt'],
  },
})

export const isBlocked = failure(
  'forbidden_op',
  'can not join this group, reason:user {username} is in the blacklist',
  {
    en: 'the user is blocked',
    zh: '用户在黑名单中',
    lift: { en: 'take the user off the block list', zh: '将用户移出黑名单', calls: ['unblockUsers'] },
  },
)

export const joinedTooManyToJoin = failure(
  'exceeded_limit',
  'can not join this group, reason:user {username} has joined too many chatrooms!',
  {
    en: 'the user is in as many chat rooms as `roomsPerUser` allows',
    zh: '用户加入的聊天室数已达 `roomsPerUser` 上限',
    lift: {
      en: 'the user has to leave another chat room, or `roomsPerUser` of the app be raised',
      zh: '用户需先退出其他聊天室，或调高应用设置 `roomsPerUser`',
      calls: ['leaveRoom', 'removeMembers'],
      settings: ['roomsPerUser'],
    },
  },
)

/** Why a user cannot come into a chat room. */
export const joinFailures = [roomDisabled, roomIsFull, isBlocked, joinedTooManyToJoin] as const

/** The app was taken away while the call waited for its turn. */
export const appGone = failure('organization_application_not_found', 'the app is gone', {
  en: 'the app is not there any more',
  zh: '应用已不存在',
  lift: { en: 'name an app that is there', zh: '使用存在的应用' },
})

/** Whether a write failed since its app is not there any more: to repeat it is of no use. */
export const isAppGone = (error: unknown): boolean => error instanceof Failure && error.word === appGone.word

/** A path that names nothing. */
export const notFound = failure('service_resource_not_found', 'Service resource not found', {
  en: 'there is no call with this path',
  zh: '没有该路径的接口',
})

/** A user in a path that is not registered. */
export const userNotFound = failure(notFound.word, notFound.text, {
  en: 'the user is not registered',
  zh: '用户未注册',
  lift: { en: 'register the user', zh: '注册该用户', calls: ['registerUsers'] },
})

/** More password work waits than the server lets wait. */
export const tooManyLogins = busy('too many logins at once', {
  en: 'more passwords wait to be checked than the server lets wait',
  zh: '等待校验的密码过多',
})

/** The server ends its streams, and begins no new ones. */
export const serverStopping = busy('the server is stopping; try again', {
  en: 'the server is stopping',
  zh: '服务器正在停止',
})

/** The app has as many users as its quota `users` allows. */
export const tooManyUsersInApp = failure(
  'resource_limited',
  'You have exceeded the limit of the community edition,Please upgrade to the enterprise edition',
  {
    en: 'the app has as many as its quota `users` allows',
    zh: '应用的用户数已达配额 `users`',
    lift: {
      en: 'delete users, or raise the quota `users` of the app',
      zh: '删除部分用户，或调高应用配额 `users`',
      calls: ['deleteUser'],
      settings: ['users'],
    },
  },
)

export const unauthorized = failure('unauthorized', 'Unable to authenticate (OAuth)', {
  en: 'the token is missing, expired, broken or of another app',
  zh: 'token 缺失、过期、损坏或属于其他应用',
  lift: {
    en: 'send a valid token of this app: its own or, where users may call, that of a user who is registered and active',
    zh: '携带本应用的有效 token：App Token，或（允许用户调用时）已注册且未封禁用户的 token',
    calls: ['issueToken', 'registerUsers', 'activateUser'],
  },
})

export const fieldMissing = failure('invalid_parameter', '{field} must be provided', {
  en: 'a required field is missing; the first, in the order above',
  zh: '缺少必填字段；按上述顺序的第一个',
})

export const unknownFields = failure('invalid_parameter', 'some of [{fields}] are not valid fields', {
  en: 'fields that the call does not have',
  zh: '含有该接口没有的字段',
})

export const tooLarge = failure('request_entity_too_large', 'Request Entity Too Large', {
  en: `a body over ${limits.bodyBytes.value / MiB} MiB`,
  zh: `请求体超过 ${limits.bodyBytes.value / MiB} MiB`,
})

/** Over a limit of calls or changes a second. */
export const overRate = failure('reach_limit', 'This request has reached api limit', {
  en: 'over the limit, where the app has `rateLimits`',
  zh: '应用开启 `rateLimits` 且超出限制',
  lift: {
    en: 'wait a second and call again, or raise the limit',
    zh: '稍等一秒后重试，或调高限制',
    settings: ['rateLimits', 'userMessageRate'],
  },
})

/** The store cannot do its work now, and the transaction is undone. */
export const storeUnavailable = failure(
  'service_unavailable',
  'the store does not answer; nothing was changed, try again',
  { en: 'the disk is full, or the database is out of reach', zh: '磁盘已满，或数据库无法访问' },
)

/** The writer thread has died. */
export const storeFailed = failure('service_unavailable', 'the store cannot be written; restart the server', {
  en: 'the store has failed',
  zh: '存储出现故障',
})

/** The database file is damaged: a retry will not help. */
export const storeDamaged = failure(
  'service_unavailable',
  'the data of the server are damaged; its operator must restore a backup',
  { en: 'the file of the store is damaged', zh: '存储文件已损坏' },
)

/** A write whose COMMIT was sent and not acknowledged may have been done or not. */
export const outcomeUnknown = failure(
  'service_unavailable',
  'the store did not confirm the change: it may have been made or not; read it back before you try again',
  {
    en: 'the disk or the database failed in the very moment of the commit',
    zh: '磁盘或数据库恰在提交时发生故障',
  },
)

/** A call that cannot be explained. */
export const unknownAction = failure(
  'illegal_argument',
  'action {action} cannot be explained; give the operationId of a call, or speak, joinRoom or leaveRoom with a user{suggestion}',
  {
    en: '`action` is no `operationId` of this description, or what only users do and there is no `user`; names that are near are suggested',
    zh: '`action` 不是本文档中的 `operationId`，或仅用户可做而未填 `user`；名称相近时给出建议',
  },
)
