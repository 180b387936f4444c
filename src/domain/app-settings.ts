import { limits } from './limits.ts'
import { integer, oneOf, quota, rate, type Setting, truth } from './setting.ts'
import { ownerSuccession } from './succession.ts'

const setting = <T>(read: (text: string) => T, defaultText: string, en: string, zh: string): Setting<T> => ({
  read,
  default: defaultText,
  en,
  zh,
})

/** Reads 32 hex digits, or nothing. */
const hex32 = (value: string): string => {
  if (!/^([0-9a-f]{32})?$/i.test(value)) throw new Error('must be 32 hex digits, or empty')
  return value.toLowerCase()
}

/** Reads how many messages a room retains. */
const historyPerRoom = (value: string): number | null =>
  value === 'none' ? null : integer(1, limits.historyPerRoom.value)(value)

/** Reads by how many hours a zone is ahead of UTC. */
const utcOffset = (value: string): number => {
  if (!/^[+-]?\d{1,2}$/.test(value) || Number(value) < -12 || Number(value) > 14)
    throw new Error('must be a whole number from -12 to 14')
  return Number(value) + 0
}

/** Settings that are never shown. */
export const secretAppSettings: ReadonlySet<string> = new Set(['agoraCertificate'])

/** The value of an app's setting, or `(set)` where it is a secret that is given. */
export const withoutSecret = (name: string, value: unknown): unknown =>
  secretAppSettings.has(name) && value !== '' ? '(set)' : value

/** Seconds of a timeout of rooms; 0 = none. */
const timeout = (value: string): number => {
  const [least, most] = [limits.shortestTimeout.value / 1000, limits.longestTimeout.value / 1000]
  return value === '0' ? 0 : integer(least, most)(value)
}

/** Reads an instant as Unix ms, from that or from ISO 8601; 0 = none. */
const instant = (value: string): number => {
  const ms = /^\d+$/.test(value) ? Number(value) : Date.parse(value)
  if (!(ms >= 0 && ms <= limits.latestInstant.value))
    throw new Error('must be a time such as 2026-12-31T20:00:00Z, or in Unix ms, or 0')
  return ms
}

/** What an operator can set per app; a quota of `null` is no limit. */
export const appSettings = {
  dialect: setting(
    oneOf('auto', 'docs', 'sdk'),
    'auto',
    '`docs` responds as the pages of the reference show; `sdk` as the official server SDKs read it; `auto` as `sdk` to callers whose `User-Agent` contains `ServerSDK`, and as `docs` to all others.',
    '`docs`：按官方文档示例的格式返回；`sdk`：按官方服务端 SDK 能解析的格式返回；`auto`：`User-Agent` 含 `ServerSDK` 的调用按 `sdk`，其余按 `docs`。',
  ),
  rooms: setting(quota, 'none', 'Chat rooms the app may have.', '应用可拥有的聊天室数量。'),
  roomsPerUser: setting(quota, 'none', 'Chat rooms one user may be in.', '单个用户可加入的聊天室数量。'),
  users: setting(quota, 'none', 'Users the app may have.', '应用可注册的用户数量。'),
  maxusers: setting(
    integer(1, 999_999_999),
    String(limits.roomMembers.value),
    'Highest `maxusers` a chat room may have.',
    '聊天室 `maxusers` 的上限。',
  ),
  nameLength: setting(
    integer(0, 999_999_999),
    String(limits.roomName.value),
    'Longest room name, in Unicode code points.',
    '聊天室名称的最大长度（Unicode 字符数）。',
  ),
  descriptionLength: setting(
    integer(0, 999_999_999),
    String(limits.roomDescription.value),
    'Longest room description, in Unicode code points.',
    '聊天室描述的最大长度（Unicode 字符数）。',
  ),
  agoraAppId: setting(
    hex32,
    '',
    "App id under which Agora's forms name the app (`/app-id/{id}/…`, 007 tokens): 32 hex digits; when empty, its UUID without dashes.",
    'Agora 接口中的 App ID（`/app-id/{id}/…`、007 token）：32 位十六进制；为空时取应用 UUID 去掉连字符。',
  ),
  agoraCertificate: setting(
    hex32,
    '',
    'App certificate with which 007 tokens (AccessToken2) are signed: 32 hex digits; when empty they are refused.',
    '用于验证 007 token（AccessToken2）的 App 证书：32 位十六进制；为空则不接受此类 token。',
  ),
  tokenTtl: setting(
    integer(0, 999_999_999),
    '5184000',
    'Lifetime of a token when the request names none, in seconds; 0 = for ever.',
    '请求未指定时 token 的有效期，单位为秒；0 表示永久有效。',
  ),
  openRegistration: setting(
    truth,
    'false',
    'Whether anyone may register a user without a token.',
    '是否允许不带 token 注册用户（开放注册）。',
  ),
  rateLimits: setting(
    truth,
    'false',
    'Whether calls a second are limited as in the reference; over the limit they are refused with 429.',
    '是否按官方文档限制每秒调用次数；超出时返回 429。',
  ),
  auditDays: setting(
    integer(0, 36_500),
    '90',
    'Days for which the audit trail is retained; 0 = there is none.',
    '操作记录保留的天数；0 表示不记录。',
  ),
  ownerSuccession: setting(
    ownerSuccession,
    'dissolve',
    'Who gets the chat rooms of a user that is deleted: `dissolve` = nobody, they are dissolved; `oldest_admin` or `oldest_member`, by the time of joining; or a named user, `user:alice`. A user who cannot get one (not registered, blocked, no space) is passed over for the oldest admin, then the oldest member; without any the room is dissolved.',
    '用户被删除后，其聊天室归谁：`dissolve`：无人接管，直接解散；`oldest_admin` 或 `oldest_member`：最早加入的管理员或成员；也可指定用户，如 `user:alice`。无法接管时（未注册、在黑名单中、人数已满等）依次由最早加入的管理员、成员接管；都没有则解散。',
  ),
  undoHours: setting(
    integer(0, 8760),
    '24',
    'Hours for which a dissolved chat room can be restored; 0 = it is gone at once.',
    '已解散的聊天室可恢复的时长，单位为小时；0 表示解散后立即永久删除。',
  ),
  callbackFailureDays: setting(
    integer(1, 30),
    '3',
    'Days for which callbacks that failed, the delivery log, and messages for callbacks and event streams are retained.',
    '回调失败记录、投递日志以及供回调和事件流使用的消息事件的保留天数。',
  ),
  historyDays: setting(
    integer(0, 3650),
    '0',
    'Days for which messages of chat rooms are retained, for clients and servers to read; 0 = off. Apps that are created have 3.',
    '聊天室历史消息保留的天数，供客户端和服务端查询；0 表示关闭。新建的应用为 3。',
  ),
  historyPerRoom: setting(
    historyPerRoom,
    'none',
    `Messages that one chat room retains at most, up to ${limits.historyPerRoom.value}.`,
    `单个聊天室最多保留的历史消息数，上限 ${limits.historyPerRoom.value}。`,
  ),
  historyDurable: setting(
    truth,
    'false',
    'Whether the sender of a message gets its acknowledgement when it is stored on disk, not when it is accepted: then no crash loses a message that was acknowledged.',
    '是否在消息落盘后才向发送方确认（默认在接受后即确认）；开启后，已确认的消息不会因崩溃而丢失。',
  ),
  historyUtcOffset: setting(
    utcOffset,
    '0',
    'Hours by which the hours of hourly files (`GET /chatmessages/{yyyyMMddHH}`) are ahead of UTC, from -12 to 14; clusters of the hosted service in mainland China have 8, all others 0.',
    '历史消息文件（`GET /chatmessages/{yyyyMMddHH}`）的小时所在时区相对 UTC 的小时数，-12 到 14；环信国内集群为北京时间（8），其他集群为 0。',
  ),
  fileSpace: setting(
    integer(0, 999_999_999),
    String(limits.fileSpaceOfApp.value),
    'MiB that attachments of the app may take.',
    '应用的附件最多占用的空间，单位 MiB。',
  ),
  userFileSpace: setting(
    integer(0, 999_999_999),
    String(limits.fileSpaceOfUser.value),
    'MiB that attachments of one user may take.',
    '单个用户的附件最多占用的空间，单位 MiB。',
  ),
  roomMessageRate: setting(
    rate,
    'none',
    'Messages a second in one chat room; over it those of low priority are refused first.',
    '单个聊天室每秒的消息数；超出时优先拒绝低优先级消息。',
  ),
  clientMessageRate: setting(
    rate,
    'none',
    'Messages a second that a client gets from one chat room, so that slow phones keep up; over it those of low priority are left out first, then normal ones. Recalls are never left out, and the history has all.',
    '客户端每秒从单个聊天室收到的消息数，用于保护性能较弱的手机；超出时先丢弃低优先级消息，再丢弃普通消息。撤回从不丢弃，历史消息不受影响。',
  ),
  roomIdleTimeout: setting(
    timeout,
    '0',
    'Seconds without a message, a join or a write after which a chat room is dissolved, from 60; 0 = never. A chat room can set another one.',
    '聊天室无消息、无人加入且无变更达到该秒数后解散，最小 60；0 表示不解散。聊天室可单独设置。',
  ),
  roomEmptyTimeout: setting(
    timeout,
    '0',
    'Seconds with nobody but its owner in it after which a chat room is dissolved, from 60; 0 = never. A chat room can set another one.',
    '聊天室除所有者外无人达到该秒数后解散，最小 60；0 表示不解散。聊天室可单独设置。',
  ),
  roomWarnBefore: setting(
    integer(0, limits.longestTimeout.value / 1000),
    '0',
    'Seconds before its end at which the members of a chat room are warned; 0 = not at all.',
    '聊天室自动解散前提前通知成员的秒数；0 表示不通知。',
  ),
  roomsOpenAt: setting(
    instant,
    '0',
    'Time before which nobody joins or speaks in chat rooms of the app, as ISO 8601 or Unix ms; 0 = none.',
    '该时间之前应用的聊天室不能加入和发言，ISO 8601 或 Unix 毫秒；0 表示不限。',
  ),
  roomsExpireAt: setting(
    instant,
    '0',
    'Time at which the chat rooms are dissolved that were created before it, as ISO 8601 or Unix ms; 0 = none.',
    '到该时间时解散此前创建的聊天室，ISO 8601 或 Unix 毫秒；0 表示不解散。',
  ),
  keepRooms: setting(
    truth,
    'false',
    'Whether chat rooms are exempt from being dissolved by themselves, unless one says otherwise.',
    '聊天室是否不自动解散；聊天室可单独设置。',
  ),
  userMessageRate: setting(
    rate,
    String(limits.userMessageRate.value),
    'Messages a second of one user; as many changes a second by one user, joins and leaves among them.',
    '单个用户每秒的消息数；单个用户每秒的变更操作数（包括加入和离开聊天室）同此上限。',
  ),
}

type AppSettingName = keyof typeof appSettings
export type AppSettings = { [N in AppSettingName]: ReturnType<(typeof appSettings)[N]['read']> }

/** The settings of an app that sets none itself. */
export const defaultSettings = Object.fromEntries(
  Object.entries(appSettings).map(([name, { read, default: text }]) => [name, read(text)]),
) as AppSettings

/** What apps get that are created now; those of earlier versions stay as they are. */
export const settingsOfNewApps: AppSettings = { ...defaultSettings, historyDays: 3 }

const isAppSetting = (name: string): name is AppSettingName => Object.hasOwn(appSettings, name)

/** Reads `rooms=100`, `dialect=sdk`, `rooms=none`, …. Fails, naming the setting, on the first that is wrong. */
export function readAppSettings(pairs: string[]): Partial<AppSettings> {
  const change: Record<string, unknown> = {}
  for (const pair of pairs) {
    const [name = '', ...rest] = pair.split('=')
    const text = rest.join('=')
    if (!isAppSetting(name)) {
      throw new Error(`${name} is not a setting of an app; there are: ${Object.keys(appSettings).join(', ')}`)
    }
    try {
      change[name] = appSettings[name].read(text)
    } catch (error) {
      throw new Error(`${name} ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return change as Partial<AppSettings>
}
